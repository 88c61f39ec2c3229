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

/// A label block such as `{venue="bybit",symbol="BTCUSDT"}`, escaped and rendered once for every format.
///
/// Thousands of pair series keep theirs from wiring time on, so a scrape copies bytes and escapes nothing.
public struct PreformattedLabels: Hashable, Sendable {
    let block: LabelBlock
    let names: [String]

    /// The block as text, with its braces; empty when there are no labels.
    public var bytes: [UInt8] { Array(self.block.bytes[..<self.block.textCount]) }

    /// Renders the block. A value that is too long for a label is cut, see ``LabelValue``.
    ///
    /// - Precondition: As many values as names, and every name is a legal label name.
    public init(_ names: [String], _ values: [String]) {
        precondition(
            names.count == values.count,
            "A label block needs one value for each name: names \(names), values \(values)."
        )
        for name in names { MetricName.requireLabel(name) }
        self.block = LabelBlock(Array(zip(names, values.map(LabelValue.bounded))))
        self.names = names
    }

    /// Renders the block of a label set.
    public init<Labels: LabelSet>(_ labels: Labels) {
        self.init(Labels.names, labels.values)
    }
}
