import Core

/// A price or size as it stood in a frame.
enum DecimalReading: Equatable {
    /// Missing, `null` or an empty text: the venue says that there is none.
    case absent
    case value(ExactDecimal)
    /// A number, but with more digits than we carry.
    case unrepresentable
}

extension JSONToken {
    /// The bytes that spell this text or number, with escapes resolved.
    @inline(__always)
    func withSpelling<Result, Failure: Error>(
        in bytes: Span<UInt8>,
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if self.isEscaped { return try UnescapedText(self, in: bytes).withSpan(body) }
        return try body(bytes.extracting(self.range))
    }

    /// The exact decimal that a number or a text spells.
    ///
    /// - Throws: ``FrameError/malformed`` for a text that is no number, and for what is neither text nor number.
    @inline(__always)
    func decimal(in bytes: Span<UInt8>) throws(FrameError) -> DecimalReading {
        if self.isAbsent { return .absent }
        guard self.kind == .text || self.kind == .number else { throw .malformed }
        if let plain = self.plainDecimal(in: bytes) { return .value(plain) }
        do throws(DecimalError) {
            return .value(
                try self.withSpelling(in: bytes) { spelling throws(DecimalError) in try ExactDecimal(ascii: spelling) }
            )
        } catch {
            switch error {
            case .malformed: throw .malformed
            case .unrepresentable: return .unrepresentable
            }
        }
    }

    /// The decimal that up to 17 digits with a point spell, as nearly all prices and sizes do; `nil` for everything
    /// else.
    ///
    /// Zeros at the end are not even read: venues pad with up to eight of them.
    @inline(__always)
    private func plainDecimal(in bytes: Span<UInt8>) -> ExactDecimal? {
        guard self.count <= 18 else { return nil }  // So that nothing below can overflow.
        var (index, end) = (self.start, self.end)
        var mantissa: UInt64 = 0
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            index += 1
        }
        guard index > self.start else { return nil }
        guard index < end else { return ExactDecimal(mantissa: Int64(bitPattern: mantissa), scale: 0) }
        guard bytes[index] == UInt8(ascii: "."), index + 1 < end else { return nil }
        index += 1
        let point = index
        while end > point, bytes[end - 1] == UInt8(ascii: "0") { end -= 1 }
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            index += 1
        }
        return ExactDecimal(mantissa: Int64(bitPattern: mantissa), scale: UInt8(truncatingIfNeeded: end - point))
    }

    /// The unsigned integer that a number or a text spells; `nil` for everything else, such as a UUID.
    @inline(__always)
    func unsigned(in bytes: Span<UInt8>) -> UInt64? {
        guard self.kind == .number || self.kind == .text, self.count > 0 else { return nil }
        return self.withSpelling(in: bytes) { spelling -> UInt64? in
            guard spelling.count > 0 else { return nil }
            var value: UInt64 = 0
            for index in spelling.indices {
                let digit = spelling[index] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                // Nineteen digits cannot overflow, and nearly all numbers are shorter.
                if index < 19 {
                    value = value &* 10 &+ UInt64(digit)
                    continue
                }
                let (shifted, shiftOverflowed) = value.multipliedReportingOverflow(by: 10)
                let (sum, sumOverflowed) = shifted.addingReportingOverflow(UInt64(digit))
                guard !shiftOverflowed, !sumOverflowed else { return nil }
                value = sum
            }
            return value
        }
    }

    /// The two unsigned integers of a text such as `5-9`; `nil` for everything else.
    func unsignedRange(in bytes: Span<UInt8>) -> (first: UInt64, last: UInt64)? {
        guard self.kind == .text, !self.isEscaped,
            let hyphen = self.range.first(where: { bytes[$0] == UInt8(ascii: "-") }),
            let first = JSONToken(.text, from: self.start, to: hyphen).unsigned(in: bytes),
            let last = JSONToken(.text, from: hyphen + 1, to: self.end).unsigned(in: bytes)
        else { return nil }
        return (first, last)
    }

    /// An update number: 0 where the venue gives none.
    ///
    /// - Throws: ``FrameError/malformed`` for everything but an unsigned integer.
    @inline(__always)
    func sequence(in bytes: Span<UInt8>) throws(FrameError) -> UInt64 {
        if self.isAbsent { return 0 }
        guard let number = self.unsigned(in: bytes) else { throw .malformed }
        return number
    }

    /// An instant that is given in units of 10^`power` nanoseconds, with or without a fraction.
    ///
    /// A power of 6 means milliseconds, 9 seconds. ``Timestamp/never`` where it is missing, zero, negative or beyond
    /// what we can hold.
    ///
    /// - Throws: ``FrameError/malformed`` for what is no number.
    @inline(__always)
    func instant(power: Int, in bytes: Span<UInt8>) throws(FrameError) -> Timestamp {
        if let whole = self.unsigned(in: bytes) { return Timestamp(whole, power: power) }
        return try self.fractionalInstant(power: power, in: bytes)
    }

    private func fractionalInstant(power: Int, in bytes: Span<UInt8>) throws(FrameError) -> Timestamp {
        guard case .value(let decimal) = try self.decimal(in: bytes), decimal.isPositive else { return .never }
        var nanoseconds = decimal.mantissa
        var exponent = power - Int(decimal.scale)
        while exponent > 0 {
            let (product, overflowed) = nanoseconds.multipliedReportingOverflow(by: 10)
            guard !overflowed else { return .never }
            nanoseconds = product
            exponent -= 1
        }
        while exponent < 0 {
            nanoseconds /= 10  // Finer than a nanosecond: cut off.
            exponent += 1
        }
        return Timestamp(nanoseconds: nanoseconds)
    }

    /// The instrument whose venue symbol this text is.
    @inline(__always)
    func instrument(in symbols: SymbolTable, _ bytes: Span<UInt8>) -> InstrumentIndex? {
        guard self.kind == .text, self.count > 0 else { return nil }
        return self.withSpelling(in: bytes) { spelling in
            spelling.count > 0 ? symbols.instrument(for: spelling) : nil
        }
    }
}

extension Timestamp {
    /// A venue's time in whole units of 10^`power` nanoseconds, 6 or 9; `never` for zero and what we cannot hold.
    @inline(__always)
    init(_ whole: UInt64, power: Int) {
        let (nanoseconds, overflowed) = whole.multipliedReportingOverflow(by: power == 6 ? 1_000_000 : 1_000_000_000)
        guard whole > 0, !overflowed, nanoseconds <= UInt64(Int64.max) else {
            self = .never
            return
        }
        self.init(nanoseconds: Int64(nanoseconds))
    }
}
