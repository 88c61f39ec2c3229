extension OutputBuffer {
    /// Appends the shortest text that reads back as exactly this number: `1`, `0.5`, `1e-06`, `NaN`, `+Inf`.
    mutating func appendNumber(_ value: Double, _ powers: PowersOfTen) {
        unsafe self.append(room: NumberText.room) { unsafe NumberText.write(value, powers, at: $0) }
    }

    /// Appends the decimal digits of a whole number.
    mutating func appendDecimal(_ value: UInt64) {
        unsafe self.append(room: DecimalDigits.room) { unsafe DecimalDigits.write(value, at: $0) }
    }

    /// Appends a line: a name, labels, a blank, and what `write` writes.
    @inline(__always)
    @unsafe
    mutating func appendLine(
        _ name: [UInt8],
        _ labels: Span<UInt8>,
        room: Int,
        _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        let prefix = name.count + labels.count + 1
        unsafe self.append(room: prefix + room + 1) { start in
            unsafe name.withUnsafeBufferPointer { unsafe start.update(from: $0) }
            unsafe labels.withUnsafeBufferPointer { unsafe (start + name.count).update(from: $0) }
            unsafe start[prefix - 1] = UInt8(ascii: " ")
            let end = unsafe write(start + prefix)
            unsafe end[0] = UInt8(ascii: "\n")
            return unsafe end + 1
        }
    }

    /// Appends lines whose beginnings were prepared, each with a number that is read now.
    ///
    /// - Parameters:
    ///   - texts: The beginnings.
    ///   - lines: Which of them.
    ///   - powers: The table.
    ///   - value: Gives the number of a line.
    @inline(__always)
    mutating func appendLines(_ texts: LineTexts, _ lines: Range<Int>, _ powers: PowersOfTen, _ value: (Int) -> Double)
    {
        unsafe self.appendLines(texts, lines, placeholder: 0, value, room: NumberText.room) {
            unsafe NumberText.write($0, powers, at: $1)
        }
    }

    /// The same with whole numbers.
    @inline(__always)
    mutating func appendLines(_ texts: LineTexts, _ lines: Range<Int>, _ value: (Int) -> UInt64) {
        unsafe self.appendLines(texts, lines, placeholder: 0, value, room: DecimalDigits.room) {
            unsafe DecimalDigits.write($0, at: $1)
        }
    }

    @inline(__always)
    private mutating func appendLines<Value>(
        _ texts: LineTexts,
        _ lines: Range<Int>,
        placeholder: Value,
        _ value: (Int) -> Value,
        room: Int,
        _ write: (Value, UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        // The cells lie all over the memory: those of a block are fetched at once, where one after the other each line
        // would wait for its own.
        var values = InlineArray<32, Value>(repeating: placeholder)
        var first = lines.lowerBound
        while first < lines.upperBound {
            let block = first..<min(first + values.count, lines.upperBound)
            for line in block { values[line - first] = value(line) }
            unsafe texts.withPieces(block) { source, ends in
                let room = unsafe ends[block.count] - ends[0] + block.count * (room + 1)
                unsafe self.append(room: room) { start in
                    var (position, piece) = unsafe (start, source)
                    for line in 0..<block.count {
                        let length = unsafe ends[line + 1] - ends[line]
                        unsafe position.update(from: piece, count: length)
                        unsafe piece += length
                        unsafe position = write(values[line], position + length)
                        unsafe position[0] = UInt8(ascii: "\n")
                        unsafe position += 1
                    }
                    return unsafe position
                }
            }
            first = block.upperBound
        }
    }
}

extension UnsafeMutablePointer<UInt8> {
    /// Copies all bytes of a buffer.
    @inline(__always)
    fileprivate func update(from source: UnsafeBufferPointer<UInt8>) {
        guard let first = source.baseAddress else { return }
        unsafe self.update(from: first, count: source.count)
    }
}
