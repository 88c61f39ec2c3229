import Core
import TestSupport
import Testing

@testable import Chart

@Suite("Messages of the chart feed")
struct ChartEncoderTests {
    private static let points = [
        PairPoint(
            pair: PairIndex(0),
            number: 41,
            time: Timestamp(nanoseconds: 1_767_225_600_000_250_000),
            spread: -0.00125,
            band: nil,
            venue: VenueIndex(0),
            receivedAt: .never
        ),
        PairPoint(
            pair: PairIndex(0),
            number: 42,
            time: Timestamp(nanoseconds: 1_767_225_600_100_000_000),
            spread: 0.0025,
            band: Band(upper: 0.005, lower: -0.0025),
            venue: VenueIndex(1),
            receivedAt: .never
        ),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("a snapshot")
    func snapshot() {
        let from = Timestamp(nanoseconds: 1_767_225_600_000_000_001)
        let snapshot = ChartEncoder.snapshot(Stage.btc, points: Self.points, number: 42, completeFrom: from)
        #expect(
            Self.text(snapshot.bytes) == """
                {"type":"snapshot","symbol":"BTCUSDT","exchange1":"binance","exchange2":"bybit","seq":42,\
                "complete_from":1767225600000.000001,"timestamps":[1767225600000.25,1767225600100],\
                "spreads":[-0.125,0.25],"upperBand":[null,0.5],"lowerBand":[null,-0.25]}
                """
        )
        #expect(snapshot == ChartSnapshot(bytes: snapshot.bytes, points: 2, number: 42))
    }

    @Test("the snapshot of a pair without points")
    func emptySnapshot() {
        let snapshot = ChartEncoder.snapshot(Stage.btc, points: [], number: 7, completeFrom: nil)
        #expect(
            Self.text(snapshot.bytes) == """
                {"type":"snapshot","symbol":"BTCUSDT","exchange1":"binance","exchange2":"bybit","seq":7,\
                "complete_from":null,"timestamps":[],"spreads":[],"upperBand":[],"lowerBand":[]}
                """
        )
        #expect(snapshot.points == 0)
    }

    @Test("an update has no complete_from, and the number of its last point")
    func update() {
        #expect(
            Self.text(ChartEncoder.update(PairNames(Stage.btc), Self.points[1...])) == """
                {"type":"update","symbol":"BTCUSDT","exchange1":"binance","exchange2":"bybit","seq":42,\
                "timestamps":[1767225600100],"spreads":[0.25],"upperBand":[0.5],"lowerBand":[-0.25]}
                """
        )
    }

    @Test("the lines of a history, one a point")
    func lines() {
        #expect(
            Self.text(ChartEncoder.lines(Self.points)) == """
                {"timestamp":1767225600000.25,"spread":-0.125,"upperBand":null,"lowerBand":null}
                {"timestamp":1767225600100,"spread":0.25,"upperBand":0.5,"lowerBand":-0.25}

                """
        )
        #expect(ChartEncoder.lines([]) == [])
    }

    @Test("a refusal")
    func refusal() throws {
        #expect(
            Self.text(ChartEncoder.error(.alreadySubscribed(Stage.btc))) == """
                {"type":"error","reason":"already_subscribed","message":"The snapshot of \\"BTCUSDT:binance:bybit\\" \
                is on its way: wait for it."}
                """
        )
    }

    @Test("a quarter of an hour of points reads back exactly, and fits the room that was made for it")
    func wholeHistory() throws {
        var random = SplitMix64(seed: 15)
        let points = (1...9_000 as ClosedRange<UInt64>).map { number in
            PairPoint(
                pair: PairIndex(0),
                number: number,
                time: Timestamp(nanoseconds: 1_767_225_600_000_000_000 + Int64(number) * 100_000_001),
                spread: Double.random(in: -0.01...0.01, using: &random),
                band: Band(upper: Double.random(in: 0...0.01, using: &random), lower: -0.01),
                venue: VenueIndex(0),
                receivedAt: .never
            )
        }
        let snapshot = ChartEncoder.snapshot(Stage.btc, points: points, number: 9_000, completeFrom: nil)
        // Read with the standard library: Foundation's parser rounds.
        let readsBack =
            try Self.column("spreads", of: snapshot.bytes) == points.map { $0.spread * 100 }
            && Self.column("upperBand", of: snapshot.bytes) == points.map { ($0.band?.upper ?? 0) * 100 }
        #expect(readsBack)
        #expect(try Message(snapshot.bytes).timestamps.count == 9_000)
        #expect(snapshot.bytes.count < 9_000 * 84 + 256)
    }

    private static func column(_ name: String, of bytes: [UInt8]) throws -> [Double] {
        let text = self.text(bytes)
        let start = try #require(text.firstRange(of: "\"\(name)\":[")).upperBound
        return text[start...].prefix { $0 != "]" }.split(separator: ",").compactMap { Double($0) }
    }
}
