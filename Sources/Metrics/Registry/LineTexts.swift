/// What stands before the number on each of many lines, one behind the other: a name, labels and a blank.
struct LineTexts: Sendable {
    private var bytes: [UInt8] = []
    /// Where each line begins, and where the last one ends.
    private var ends: [Int] = [0]

    var count: Int { self.ends.count - 1 }

    /// Adds a line of a child's own labels.
    mutating func add(_ name: [UInt8], _ labels: LabelBlock) {
        self.bytes += name
        self.bytes += labels.bytes[..<labels.textCount]
        self.end()
    }

    /// Adds a line with one label more, which joins the child's own: `{` or `{venue="x",`.
    mutating func add(_ name: [UInt8], _ labels: LabelBlock, _ suffix: LabelSuffix) {
        self.bytes += name
        if labels.textCount == 0 {
            self.bytes.append(UInt8(ascii: "{"))
        } else {
            self.bytes += labels.bytes[..<(labels.textCount - 1)]
            self.bytes.append(UInt8(ascii: ","))
        }
        self.bytes += suffix.text
        self.end()
    }

    private mutating func end() {
        self.bytes.append(UInt8(ascii: " "))
        self.ends.append(self.bytes.count)
    }

    /// Makes room for so many times what there is, and a little more.
    mutating func reserve(times: Int) {
        self.bytes.reserveCapacity(self.bytes.count * times * 17 / 16)
        self.ends.reserveCapacity(self.count * times + 1)
    }

    /// Lends some lines: the first byte of the first one, and where each begins and the last one ends.
    @inline(__always)
    func withPieces(_ lines: Range<Int>, _ use: (UnsafePointer<UInt8>, UnsafePointer<Int>) -> Void) {
        precondition(lines.lowerBound >= 0 && lines.upperBound <= self.count, "There are no such lines.")
        unsafe self.bytes.withUnsafeBufferPointer { bytes in
            unsafe self.ends.withUnsafeBufferPointer { ends in
                guard let first = ends.baseAddress, let source = bytes.baseAddress else { return }
                let start = unsafe first + lines.lowerBound
                unsafe use(source + start[0], start)
            }
        }
    }
}
