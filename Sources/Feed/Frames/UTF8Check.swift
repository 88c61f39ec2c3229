extension Span where Element == UInt8 {
    /// Whether the bytes are well-formed UTF-8 (Unicode, table 3-7).
    ///
    /// What venues send is ASCII, which is told apart by one look at every 32 bytes.
    var isUTF8: Bool {
        var index = self.asciiLength(from: 0)
        while index < self.count {
            guard let length = self.scalarLength(at: index) else { return false }
            index += length
            if index < self.count, self[index] < 0x80 { index = self.asciiLength(from: index) }
        }
        return true
    }

    /// Where the ASCII that begins at `start` ends: at the latest there, and at most seven bytes too early.
    @inline(__always)
    private func asciiLength(from start: Int) -> Int {
        var index = start
        while index + 32 <= self.count {
            // Invariant: the 32 bytes from `index` on are inside.
            let words = unsafe self.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
            let halves = words.lowHalf | words.highHalf
            guard (halves[0] | halves[1]) & 0x8080_8080_8080_8080 == 0 else { break }
            index += 32
        }
        while index + 8 <= self.count {
            // Invariant: the eight bytes from `index` on are inside.
            let word = unsafe self.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word & 0x8080_8080_8080_8080 == 0 else { return index }
            index += 8
        }
        while index < self.count, self[index] < 0x80 { index += 1 }
        return index
    }

    /// The length of the well-formed character at `index`; `nil` when there is none.
    private func scalarLength(at index: Int) -> Int? {
        let second: ClosedRange<UInt8>
        let length: Int
        switch self[index] {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)  // Above stand the surrogates.
        case 0xE1...0xEC, 0xEE, 0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= self.count, second.contains(self[index + 1]) else { return nil }
        for offset in 2..<Swift.max(length, 2) where self[index + offset] & 0xC0 != 0x80 { return nil }
        return length
    }
}
