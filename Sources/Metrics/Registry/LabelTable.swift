/// Many label blocks with the same names, one behind the other: for families of thousands of series.
///
/// A scrape that goes through them in their order finds each where the last one ended, and counts no references.
public struct LabelTable: Sendable {
    let names: [String]
    /// Of each block first the text, then the same as protobuf.
    private var bytes: [UInt8] = []
    /// Where each text ends, and where what follows it does.
    private var ends: [(text: Int, fields: Int)] = []
    private var block = LabelBlock.empty

    public var count: Int { self.ends.count }

    /// - Precondition: Every name is a legal label name.
    public init(_ names: [String]) {
        for name in names { MetricName.requireLabel(name) }
        self.names = names
    }

    /// Renders one block more. A value that is too long for a label is cut, see ``LabelValue``.
    ///
    /// - Precondition: As many values as names.
    public mutating func append(_ values: [String]) {
        self.block.set(self.names, values)
        let start = self.bytes.count
        self.bytes += self.block.bytes
        self.ends.append((start + self.block.textCount, self.bytes.count))
    }

    /// Lends a block as text and as protobuf.
    @inline(__always)
    func withBlock(_ index: Int, _ use: (_ text: Span<UInt8>, _ fields: Span<UInt8>) -> Void) {
        let (start, end) = (index == 0 ? 0 : self.ends[index - 1].fields, self.ends[index])
        let bytes = self.bytes.span
        use(bytes.extracting(start..<end.text), bytes.extracting(end.text..<end.fields))
    }
}
