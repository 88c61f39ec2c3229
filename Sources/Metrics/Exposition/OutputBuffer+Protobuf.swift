/// The pieces of protobuf messages: https://protobuf.dev/programming-guides/encoding/
extension OutputBuffer {
    /// Opens a message within a field, and gives where its length belongs.
    mutating func openMessage(field: UInt8) -> Int {
        self.append(ProtobufField.tag(field, .delimited))
        return self.openMessage()
    }

    /// Opens a message, and gives where its length belongs. Most lengths take the one byte that is kept free.
    mutating func openMessage() -> Int {
        self.append(0)
        return self.count - 1
    }

    /// Closes a message: writes its length before it, and moves it where the length takes more than one byte.
    ///
    /// - Parameters:
    ///   - start: Where its length belongs.
    ///   - further: How many bytes of it come yet, from elsewhere.
    mutating func closeMessage(_ start: Int, further: Int = 0) {
        var length = UInt64(self.count - start - 1 + further)
        let more = max(0, (64 - length.leadingZeroBitCount + 6) / 7 - 1)
        if more > 0 { self.openGap(at: start + 1, length: more) }
        var position = start
        while length >= 0x80 {
            self.set(UInt8(truncatingIfNeeded: length) | 0x80, at: position)
            length >>= 7
            position += 1
        }
        self.set(UInt8(length), at: position)
    }

    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.append(UInt8(rest))
    }

    /// Appends a `sint32` or `sint64`, in which small numbers of both signs are short.
    mutating func appendSigned(_ value: Int) { self.appendVarint(UInt64(bitPattern: Int64(value << 1 ^ value >> 63))) }

    /// Appends a `double`: eight bytes, the lowest first.
    mutating func appendFixed(_ value: Double) {
        var rest = value.bitPattern
        for _ in 0..<8 {
            self.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Appends a `google.protobuf.Timestamp`.
    mutating func appendTimestamp(field: UInt8, nanoseconds: Int64) {
        let message = self.openMessage(field: field)
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.append(ProtobufField.tag(1, .varint))
        self.appendVarint(UInt64(bitPattern: seconds))
        self.append(ProtobufField.tag(2, .varint))
        self.appendVarint(UInt64(max(0, rest)))
        self.closeMessage(message)
    }

    mutating func appendTimestamp(field: UInt8, seconds: Double) {
        self.appendTimestamp(field: field, nanoseconds: Int64(seconds * 1e9))
    }
}
