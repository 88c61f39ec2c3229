public import Core

/// The history of a pair as one message, ready for every client that waits for it.
public struct ChartSnapshot: Sendable, Equatable {
    public let bytes: [UInt8]
    /// How many points are in the message: its weight in the flow ledger.
    public let points: Int
    /// The number that the pair had reached when the history was taken.
    public let number: UInt64

    public init(bytes: [UInt8], points: Int, number: UInt64) {
        (self.bytes, self.points, self.number) = (bytes, points, number)
    }
}

/// Turns points into the messages of the chart feed, and into the lines of the history.
///
/// Spreads and bands go out in per cent, times in milliseconds since 1970. It has no state, so a history is encoded on
/// whatever thread has the time.
public enum ChartEncoder {
    /// A point's share of a message: a time, a spread and two bands, each with all its digits and a comma.
    public static let bytesPerPoint = 84

    /// Encodes the history of a pair.
    ///
    /// - Parameters:
    ///   - key: The pair's name, as the request for its history carries it.
    ///   - points: In order of time.
    ///   - number: The number of the pair's last point when the history was taken, also when no point is left of it.
    ///   - completeFrom: Since when no point is missing; `nil` when none is missing in the whole span of the chart.
    /// - Returns: The message and what its delivery needs to know of it.
    public static func snapshot(
        _ key: ChartKey,
        points: [PairPoint],
        number: UInt64,
        completeFrom: Timestamp?
    ) -> ChartSnapshot {
        var bytes = Self.opening("snapshot", PairNames(key), count: points.count)
        bytes.appendDecimal(number)
        bytes.append(contentsOf: ",\"complete_from\":".utf8)
        if let completeFrom { bytes.appendMilliseconds(completeFrom) } else { bytes.append(contentsOf: "null".utf8) }
        Self.columns(points[...], into: &bytes)
        return ChartSnapshot(bytes: bytes, points: points.count, number: number)
    }

    /// Encodes points as lines of JSON (NDJSON), one a point; a line depends on no other.
    public static func lines(_ points: [PairPoint]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(points.count * (Self.bytesPerPoint + 56))
        for point in points {
            bytes.append(contentsOf: "{\"timestamp\":".utf8)
            bytes.appendMilliseconds(point.time)
            bytes.append(contentsOf: ",\"spread\":".utf8)
            bytes.appendPercent(point.spread)
            bytes.append(contentsOf: ",\"upperBand\":".utf8)
            bytes.appendPercent(point.band?.upper)
            bytes.append(contentsOf: ",\"lowerBand\":".utf8)
            bytes.appendPercent(point.band?.lower)
            bytes.append(contentsOf: "}\n".utf8)
        }
        return bytes
    }

    /// Encodes what continues a snapshot; there is at least one point.
    static func update(_ names: PairNames, _ points: ArraySlice<PairPoint>) -> [UInt8] {
        var bytes = Self.opening("update", names, count: points.count)
        bytes.appendDecimal(points.last?.number ?? 0)
        Self.columns(points, into: &bytes)
        return bytes
    }

    static func error(_ refusal: ChartRefusal) -> [UInt8] {
        var bytes = Array("{\"type\":\"error\",\"reason\":".utf8)
        bytes.appendQuoted(refusal.reason.rawValue)
        bytes.append(contentsOf: ",\"message\":".utf8)
        bytes.appendQuoted(refusal.message)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private static func opening(_ type: StaticString, _ names: PairNames, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(names.bytes.count + 128 + count * Self.bytesPerPoint)
        bytes.append(contentsOf: "{\"type\":\"\(type)\"".utf8)
        bytes.append(contentsOf: names.bytes)
        bytes.append(contentsOf: ",\"seq\":".utf8)
        return bytes
    }

    private static func columns(_ points: ArraySlice<PairPoint>, into bytes: inout [UInt8]) {
        Self.column(",\"timestamps\":[", points, into: &bytes) { $1.appendMilliseconds($0.time) }
        Self.column("],\"spreads\":[", points, into: &bytes) { $1.appendPercent($0.spread) }
        var (upper, lower) = (RepeatedText(), RepeatedText())
        Self.column("],\"upperBand\":[", points, into: &bytes) { upper.append($0.band?.upper, to: &$1) }
        Self.column("],\"lowerBand\":[", points, into: &bytes) { lower.append($0.band?.lower, to: &$1) }
        bytes.append(contentsOf: "]}".utf8)
    }

    private static func column(
        _ opening: String,
        _ points: ArraySlice<PairPoint>,
        into bytes: inout [UInt8],
        append: (PairPoint, inout [UInt8]) -> Void
    ) {
        bytes.append(contentsOf: opening.utf8)
        for (index, point) in points.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(point, &bytes)
        }
    }
}

/// Numbers that are often the same as the one before: a band is another for one point in ten or so.
private struct RepeatedText {
    private var ratio: Double?
    private var text = Array("null".utf8)

    mutating func append(_ ratio: Double?, to bytes: inout [UInt8]) {
        if ratio != self.ratio {
            self.text.removeAll(keepingCapacity: true)
            self.text.appendPercent(ratio)
            self.ratio = ratio
        }
        bytes.append(contentsOf: self.text)
    }
}

/// A pair's name as every message of it carries it, escaped once.
struct PairNames: Sendable {
    let bytes: [UInt8]

    init(_ key: ChartKey) {
        var bytes = Array(",\"symbol\":".utf8)
        bytes.appendQuoted(key.symbol)
        bytes.append(contentsOf: ",\"exchange1\":".utf8)
        bytes.appendQuoted(key.exchange1)
        bytes.append(contentsOf: ",\"exchange2\":".utf8)
        bytes.appendQuoted(key.exchange2)
        self.bytes = bytes
    }
}

extension [UInt8] {
    /// Appends a ratio in per cent; `null` where there is none.
    fileprivate mutating func appendPercent(_ ratio: Double?) {
        guard let ratio else { return self.append(contentsOf: "null".utf8) }
        self.appendNumber(ratio * 100)
    }
}
