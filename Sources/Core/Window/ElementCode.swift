/// What an element's numbers are written as differences to: those of the element before it.
struct ElementBase: Sendable, Equatable {
    /// Engine time.
    var time = Int64.min
    /// The first number, in units of `10^-firstScale`: a bid, or the price of a trade.
    var first: Int64 = 0
    /// The second number, in units of `10^-secondScale`: an ask, or the size of a trade.
    var second: Int64 = 0
    var firstScale: UInt8 = 0
    var secondScale: UInt8 = 0
}

/// One element as bytes: its differences to the one before it, in as few bytes as they need.
///
/// A short element begins with one byte: the kind (0 to 2), the width of the time (2 to 5 bytes) and the widths of both
/// numbers (0, 1, 2 or 4 bytes), two bits each. A long one begins with two: `11`, the kind (0 to 6) and the width of
/// the time less one, three bits each; then both numbers' widths, four bits each. The differences follow, low byte
/// first; those of the numbers have their sign in the lowest bit. Nothing is rounded: they are taken modulo 2^64.
///
/// Before an element, `11 111 000` may stand with two more bytes: both scales from here on, the numbers being 0.
struct ElementCode {
    /// Bytes of the longest element, with its scales.
    static let longest = 3 + 2 + 3 * 8

    private let time: UInt64
    private let first: UInt64
    private let second: UInt64
    private let widths: (time: Int, first: Int, second: Int)
    private let head: UInt8
    /// The second byte of a long element.
    private let more: UInt8?
    /// The scales to be told before the element, if they changed.
    private let scales: (UInt8, UInt8)?
    let length: Int

    /// - Parameters:
    ///   - kind: 0 to 6; up to 2 is short.
    ///   - before: The numbers that the differences are taken to.
    ///   - now: The element's own.
    ///   - isLinked: Whether both numbers tend to move together, so that only their difference is written twice.
    @inline(__always)
    init(_ kind: UInt8, before: ElementBase, now: ElementBase, isLinked: Bool) {
        var (first, second) = (now.first, now.second)
        if before.firstScale == now.firstScale, before.secondScale == now.secondScale {
            (first, second) = (first &- before.first, second &- before.second)
            self.scales = nil
        } else {
            self.scales = (now.firstScale, now.secondScale)
        }
        self.time = UInt64(bitPattern: now.time &- before.time)
        self.first = Self.zigzag(first)
        self.second = Self.zigzag(isLinked ? second &- first : second)
        let needed = (Self.width(self.time), Self.width(self.first), Self.width(self.second))
        if kind <= 2, needed.0 <= 5, needed.1 <= 4, needed.2 <= 4 {
            let codes = (max(needed.0, 2) - 2, min(needed.1, 3), min(needed.2, 3))
            self.widths = (codes.0 + 2, Self.shortWidth(codes.1), Self.shortWidth(codes.2))
            self.head = kind << 6 | UInt8(truncatingIfNeeded: codes.0 << 4 | codes.1 << 2 | codes.2)
            self.more = nil
        } else {
            self.widths = (max(needed.0, 1), needed.1, needed.2)
            self.head = 0b1100_0000 | kind << 3 | UInt8(truncatingIfNeeded: self.widths.time - 1)
            self.more = UInt8(truncatingIfNeeded: needed.1 << 4 | needed.2)
        }
        self.length =
            (self.scales == nil ? 0 : 3) + (self.more == nil ? 1 : 2)
            + self.widths.time + self.widths.first + self.widths.second
    }

    /// Writes the element; a short one where there is room leaves anything behind it.
    @inline(__always)
    func write(to bytes: inout MutableSpan<UInt8>, at start: Int) {
        if self.more == nil, self.scales == nil, start + Self.reach <= bytes.count {
            self.writeShort(to: &bytes, at: start)
        } else {
            self.writeByBytes(to: &bytes, at: start)
        }
    }

    /// Two words, of which the second overwrites what is too much of the first: how wide a number is, no processor can
    /// foretell, so that a loop over its bytes costs more than all else.
    @inline(__always)
    private func writeShort(to bytes: inout MutableSpan<UInt8>, at start: Int) {
        var raw = unsafe bytes.mutableBytes
        let numbers = self.first | self.second &<< UInt64(self.widths.first &* 8)
        raw.storeBytes(of: (UInt64(self.head) | self.time &<< 8).littleEndian, toByteOffset: start, as: UInt64.self)
        raw.storeBytes(of: numbers.littleEndian, toByteOffset: start + 1 + self.widths.time, as: UInt64.self)
    }

    @inline(never)
    private func writeByBytes(to bytes: inout MutableSpan<UInt8>, at start: Int) {
        var offset = start
        if let scales = self.scales {
            bytes[offset] = Self.scaleMark
            bytes[offset + 1] = scales.0
            bytes[offset + 2] = scales.1
            offset += 3
        }
        bytes[offset] = self.head
        offset += 1
        if let more = self.more {
            bytes[offset] = more
            offset += 1
        }
        Self.put(self.time, self.widths.time, to: &bytes, at: &offset)
        Self.put(self.first, self.widths.first, to: &bytes, at: &offset)
        Self.put(self.second, self.widths.second, to: &bytes, at: &offset)
    }

    /// Reads the element at `offset`, moves there `base`, and `offset` to the next one.
    ///
    /// - Returns: The element's kind.
    @inline(__always)
    static func read(
        _ bytes: Span<UInt8>,
        at offset: inout Int,
        into base: inout ElementBase,
        isLinked: Bool
    ) -> UInt8 {
        guard offset + Self.reach <= bytes.count else {
            return self.readByBytes(bytes, at: &offset, into: &base, isLinked: isLinked)
        }
        let raw = unsafe bytes.bytes
        let word = UInt64(littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let head = UInt8(truncatingIfNeeded: word)
        guard head < 0b1100_0000 else { return self.readByBytes(bytes, at: &offset, into: &base, isLinked: isLinked) }
        let time = Int(head >> 4 & 3) + 2
        let widths = (first: Self.shortWidth(Int(head >> 2 & 3)), second: Self.shortWidth(Int(head & 3)))
        let rest = offset + 1 + time
        let numbers = UInt64(littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: rest, as: UInt64.self))
        base.time &+= Int64(bitPattern: Self.low(time, of: word >> 8))
        base.move(
            by: Self.signed(Self.low(widths.first, of: numbers)),
            Self.signed(Self.low(widths.second, of: numbers &>> UInt64(widths.first &* 8))),
            isLinked: isLinked
        )
        offset = rest + widths.first + widths.second
        return head >> 6
    }

    /// The lowest bytes of a word, less than 8 of them.
    @inline(__always)
    private static func low(_ bytes: Int, of word: UInt64) -> UInt64 { word & (1 &<< UInt64(bytes &* 8) &- 1) }

    @inline(never)
    private static func readByBytes(
        _ bytes: Span<UInt8>,
        at offset: inout Int,
        into base: inout ElementBase,
        isLinked: Bool
    ) -> UInt8 {
        if bytes[offset] == Self.scaleMark {
            (base.firstScale, base.secondScale) = (bytes[offset + 1], bytes[offset + 2])
            (base.first, base.second) = (0, 0)
            offset += 3
        }
        let head = bytes[offset]
        offset += 1
        let kind: UInt8
        let widths: (time: Int, first: Int, second: Int)
        if head < 0b1100_0000 {
            kind = head >> 6
            widths = (Int(head >> 4 & 3) + 2, Self.shortWidth(Int(head >> 2 & 3)), Self.shortWidth(Int(head & 3)))
        } else {
            kind = head >> 3 & 7
            widths = (Int(head & 7) + 1, Int(bytes[offset] >> 4), Int(bytes[offset] & 15))
            offset += 1
        }
        base.time &+= Int64(bitPattern: Self.take(widths.time, from: bytes, at: &offset))
        let first = Self.signed(Self.take(widths.first, from: bytes, at: &offset))
        let second = Self.signed(Self.take(widths.second, from: bytes, at: &offset))
        base.move(by: first, second, isLinked: isLinked)
        return kind
    }

    private static let scaleMark: UInt8 = 0b1111_1000
    /// As far as a short element may reach, were it as long as can be: what is read or written of it by words.
    private static let reach = 1 + 5 + 8

    /// 0, 1, 2 and 4.
    @inline(__always)
    private static func shortWidth(_ code: Int) -> Int { code + (code + 1) >> 2 }

    /// The bytes that a number needs: none if it is 0.
    @inline(__always)
    private static func width(_ value: UInt64) -> Int { (71 - value.leadingZeroBitCount) >> 3 }

    @inline(__always)
    private static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

    @inline(__always)
    private static func signed(_ code: UInt64) -> Int64 {
        Int64(bitPattern: code >> 1) ^ -Int64(bitPattern: code & 1)
    }

    @inline(__always)
    private static func put(_ value: UInt64, _ width: Int, to bytes: inout MutableSpan<UInt8>, at offset: inout Int) {
        var rest = value
        for index in offset..<offset + width {
            bytes[index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
        offset += width
    }

    @inline(__always)
    private static func take(_ width: Int, from bytes: Span<UInt8>, at offset: inout Int) -> UInt64 {
        var value: UInt64 = 0
        var index = offset + width
        while index > offset {
            index -= 1
            value = value << 8 | UInt64(bytes[index])
        }
        offset += width
        return value
    }
}

extension ElementBase {
    /// Moves both numbers by differences, as they were written.
    @inline(__always)
    fileprivate mutating func move(by first: Int64, _ second: Int64, isLinked: Bool) {
        self.first &+= first
        self.second &+= isLinked ? first &+ second : second
    }

    /// Takes over two numbers: in the scales that stand, or, if they do not fit these, in others.
    ///
    /// - Parameters:
    ///   - first: The first number.
    ///   - second: The second number.
    ///   - isLinked: Whether both are to have one scale, if one holds both.
    @inline(__always)
    mutating func move(first: ExactDecimal, second: ExactDecimal, isLinked: Bool) {
        if let left = first.units(scale: self.firstScale), let right = second.units(scale: self.secondScale) {
            (self.first, self.second) = (left, right)
        } else {
            self.rescale(first, second, isLinked: isLinked)
        }
    }

    /// Goes back to the numbers' own scales where the ones that stand are much finer, for the sake of one odd number.
    ///
    /// - Returns: Whether it did. A zero or two that a number lacks behind the point are no reason.
    mutating func coarsen(to first: ExactDecimal, _ second: ExactDecimal, isLinked: Bool) -> Bool {
        let own = isLinked ? max(first.scale, second.scale) : first.scale
        guard self.firstScale > own + 2 || self.secondScale > (isLinked ? own : second.scale) + 2 else { return false }
        (self.firstScale, self.secondScale) = (0, 0)
        self.rescale(first, second, isLinked: isLinked)
        return true
    }

    private mutating func rescale(_ first: ExactDecimal, _ second: ExactDecimal, isLinked: Bool) {
        let scales =
            isLinked
            ? (max(self.firstScale, self.secondScale, first.scale, second.scale), nil)
            : (max(self.firstScale, first.scale), max(self.secondScale, second.scale))
        if let left = first.units(scale: scales.0), let right = second.units(scale: scales.1 ?? scales.0) {
            (self.first, self.second) = (left, right)
            (self.firstScale, self.secondScale) = (scales.0, scales.1 ?? scales.0)
        } else {
            (self.first, self.second) = (first.mantissa, second.mantissa)
            (self.firstScale, self.secondScale) = (first.scale, second.scale)
        }
    }
}

extension ExactDecimal {
    /// The number as a whole count of `10^-scale`, or `nil` when that needs more than 64 bits.
    @inline(__always)
    func units(scale: UInt8) -> Int64? {
        if scale == self.scale { return self.mantissa }
        guard scale > self.scale else { return nil }
        let (product, overflowed) = self.mantissa.multipliedReportingOverflow(
            by: wholePowersOfTen[Int(scale - self.scale)]
        )
        return overflowed ? nil : product
    }
}
