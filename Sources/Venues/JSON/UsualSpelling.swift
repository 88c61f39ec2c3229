import Core

/// Reads a frame that is spelt, byte for byte, as its venue always spells it, and gives up at the first byte that
/// differs.
///
/// Nearly all frames are quotes, and a venue writes all of its quotes with the same program: the same keys in the same
/// order, no white space, no escapes. Such a frame is compared with what is expected in whole words, and only numbers
/// and names are looked at byte by byte. Whoever calls this tries it first, and reads the frame with ``JSONReader``
/// when it fails: a frame means the same either way, whatever its spelling, only slower.
///
/// What this accepts is JSON: the expected parts are, and what stands between them is checked here.
struct UsualSpelling {
    /// The next byte to look at.
    private(set) var index = 0

    /// Steps over exactly `literal`, which is ASCII.
    @inline(__always)
    mutating func skip(_ literal: StaticString, in frame: Span<UInt8>) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard frame.count - self.index >= count else { return false }
        var offset = 0
        // The compiler knows `count` and the literal: this becomes a few comparisons with constants.
        while offset + 8 <= count {
            guard self.same(UInt64.self, literal, offset, frame) else { return false }
            offset += 8
        }
        if offset + 4 <= count {
            guard self.same(UInt32.self, literal, offset, frame) else { return false }
            offset += 4
        }
        if offset + 2 <= count {
            guard self.same(UInt16.self, literal, offset, frame) else { return false }
            offset += 2
        }
        if offset < count {
            guard self.same(UInt8.self, literal, offset, frame) else { return false }
        }
        self.index += count
        return true
    }

    @inline(__always)
    private func same<Word: FixedWidthInteger & BitwiseCopyable>(
        _: Word.Type,
        _ literal: StaticString,
        _ offset: Int,
        _ frame: Span<UInt8>
    ) -> Bool {
        // Invariant: the caller has checked that `literal` fits behind `index`, and `offset` plus the word into it.
        let expected = unsafe UnsafeRawPointer(literal.utf8Start).loadUnaligned(fromByteOffset: offset, as: Word.self)
        return unsafe frame.bytes.unsafeLoadUnaligned(fromByteOffset: self.index + offset, as: Word.self) == expected
    }

    /// Reads plain ASCII up to the closing quotation mark, and steps over that.
    @inline(__always)
    mutating func text(in frame: Span<UInt8>) -> JSONToken? {
        let start = self.index
        let end = JSONReader.plainEnd(frame, from: start)
        guard end < frame.count, frame[end] == UInt8(ascii: "\"") else { return nil }
        self.index = end + 1
        return JSONToken(.text, from: start, to: end)
    }

    /// Reads a number of 1 to 19 digits, as JSON writes it.
    @inline(__always)
    mutating func number(in frame: Span<UInt8>) -> UInt64? {
        let start = self.index
        let value = self.digits(in: frame)
        let count = self.index - start
        guard count > 0, count <= 19, count == 1 || frame[start] != UInt8(ascii: "0") else { return nil }
        return value
    }

    /// Reads a decimal of up to 18 characters with its closing quotation mark, `61837.63000000"`.
    @inline(__always)
    mutating func decimal(in frame: Span<UInt8>) -> ExactDecimal? {
        let start = self.index
        var mantissa = self.digits(in: frame)
        guard self.index > start, self.index < frame.count else { return nil }
        var scale = 0
        if frame[self.index] == UInt8(ascii: ".") {
            self.index += 1
            let point = self.index
            (mantissa, scale) = self.fraction(of: mantissa, in: frame)
            guard self.index > point else { return nil }
        }
        guard self.index - start <= 18, self.skip("\"", in: frame) else { return nil }
        return ExactDecimal(shortest: Int64(bitPattern: mantissa), scale: UInt8(truncatingIfNeeded: scale))
    }

    /// Reads both sides in the spelling that several venues share: `,"b":"…","B":"…","a":"…","A":"…"`, the prices under
    /// the small letters.
    @inline(__always)
    mutating func sides(in frame: Span<UInt8>) -> (bid: SideReading, ask: SideReading)? {
        guard self.skip(",\"b\":\"", in: frame), let bid = self.decimal(in: frame),
            self.skip(",\"B\":\"", in: frame), let bidSize = self.decimal(in: frame),
            self.skip(",\"a\":\"", in: frame), let ask = self.decimal(in: frame),
            self.skip(",\"A\":\"", in: frame), let askSize = self.decimal(in: frame)
        else { return nil }
        return (SideReading(price: bid, size: bidSize), SideReading(price: ask, size: askSize))
    }

    /// What digits are there; wraps where they are too many, which callers tell by their count.
    @inline(__always)
    private mutating func digits(in frame: Span<UInt8>) -> UInt64 {
        var value: UInt64 = 0
        while self.index < frame.count {
            let digit = frame[self.index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            self.index += 1
        }
        return value
    }

    /// The same behind the point, without the zeros at the end: venues pad with up to eight of them.
    @inline(__always)
    private mutating func fraction(of whole: UInt64, in frame: Span<UInt8>) -> (mantissa: UInt64, scale: Int) {
        if let padded = self.eightPlaces(of: whole, in: frame) { return padded }
        let point = self.index
        var (read, kept, scale) = (whole, whole, 0)
        while self.index < frame.count {
            let digit = frame[self.index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            read = read &* 10 &+ UInt64(digit)
            self.index += 1
            if digit != 0 { (kept, scale) = (read, self.index - point) }
        }
        return (kept, scale)
    }

    /// The same of exactly eight digits and a quotation mark, all at once: some venues always write so many.
    @inline(__always)
    private mutating func eightPlaces(of whole: UInt64, in frame: Span<UInt8>) -> (mantissa: UInt64, scale: Int)? {
        guard frame.count - self.index > 8, frame[self.index + 8] == UInt8(ascii: "\"") else { return nil }
        // Invariant: nine bytes from `index` on are inside.
        let word = unsafe frame.bytes.unsafeLoadUnaligned(fromByteOffset: self.index, as: UInt64.self)
        // The first digit in the lowest byte; a byte above nine gets its top bit here or has it.
        var digits = UInt64(littleEndian: word) ^ 0x3030_3030_3030_3030
        guard ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 == 0 else { return nil }
        self.index += 8
        let zeros = digits.leadingZeroBitCount / 8
        guard zeros < 8 else { return (whole, 0) }
        // Zeros at the end go out, and as many come in before the first digit.
        digits <<= UInt64(zeros * 8)
        digits = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits &* 100 &+ digits >> 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits &* 10_000 &+ digits >> 32) & 0xFFFF_FFFF
        return (whole &* Self.powers[8 - zeros] &+ digits, 8 - zeros)
    }

    /// 10^0 … 10^8.
    private static let powers: InlineArray<9, UInt64> = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]
}
