/// The labels of one family as a type, so that a misspelt label does not compile.
///
/// Values are few and from closed sets (a venue, a reason): never an error text, a URL or an id.
public protocol LabelSet: Hashable, Sendable {
    /// The label names, in the order in which they are written.
    static var names: [String] { get }
    /// One value for each of ``names``, in the same order.
    var values: [String] { get }
}

/// The labels of a family that has a single child.
public struct NoLabels: LabelSet {
    public static let names: [String] = []
    public var values: [String] { [] }

    public init() {}
}

/// A label block such as `{venue="bybit",symbol="BTCUSDT"}`, escaped and rendered once.
///
/// Thousands of pair series keep theirs from wiring time on, so a scrape copies bytes and escapes nothing.
public struct PreformattedLabels: Hashable, Sendable {
    /// The block with its braces; empty when there are no labels.
    public let bytes: [UInt8]
    let names: [String]

    /// Renders the block.
    ///
    /// - Precondition: As many values as names, and every name is a legal label name.
    public init(_ names: [String], _ values: [String]) {
        precondition(
            names.count == values.count,
            "A label block needs one value for each name: names \(names), values \(values)."
        )
        var bytes: [UInt8] = []
        for (name, value) in zip(names, values) {
            MetricName.requireLabel(name)
            bytes.append(UInt8(ascii: bytes.isEmpty ? "{" : ","))
            bytes.append(contentsOf: name.utf8)
            bytes.append(contentsOf: [UInt8(ascii: "="), UInt8(ascii: "\"")])
            bytes.appendEscaped(value, quotes: true)
            bytes.append(UInt8(ascii: "\""))
        }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "}")) }
        self.bytes = bytes
        self.names = names
    }

    /// Renders the block of a label set.
    public init<Labels: LabelSet>(_ labels: Labels) {
        self.init(Labels.names, labels.values)
    }
}
