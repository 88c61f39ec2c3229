/// A body in the making. Its memory is kept from one to the next, so that a scrape like the last one allocates nothing.
// Invariant: `base` points to `capacity` bytes that this value owns alone, the first `count` of them initialised; every
// write is preceded by `reserve`.
@safe struct OutputBuffer: ~Copyable {
    private(set) var count = 0
    private var capacity: Int
    private var base: UnsafeMutablePointer<UInt8>

    init(capacity: Int = 4096) {
        self.capacity = capacity
        unsafe self.base = .allocate(capacity: capacity)
    }

    deinit { unsafe self.base.deallocate() }

    mutating func removeAll() { self.count = 0 }

    /// Takes back what was written beyond so many bytes.
    mutating func cut(to count: Int) { self.count = min(self.count, count) }

    /// Lends what is written.
    func withBytes<Result>(_ use: (Span<UInt8>) throws -> Result) rethrows -> Result {
        let bytes = unsafe UnsafeBufferPointer(start: self.base, count: self.count)
        return try use(unsafe bytes.span)
    }

    // MARK: Writing

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        self.reserve(1)
        unsafe self.base[self.count] = byte
        self.count += 1
    }

    @inline(__always)
    mutating func append(_ bytes: [UInt8]) { self.append(bytes, 0, bytes.count) }

    /// Appends a part of some bytes.
    @inline(__always)
    mutating func append(_ bytes: [UInt8], _ start: Int, _ end: Int) {
        precondition(start >= 0 && start <= end && end <= bytes.count, "A part lies within the whole.")
        self.reserve(end - start)
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let source = bytes.baseAddress else { return }
            unsafe (self.base + self.count).update(from: source + start, count: end - start)
        }
        self.count += end - start
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        self.reserve(text.utf8CodeUnitCount)
        unsafe (self.base + self.count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        self.count += text.utf8CodeUnitCount
    }

    /// Appends the decimal digits of a whole number.
    @inline(__always)
    mutating func appendDecimal(_ value: UInt64) {
        self.reserve(20)
        let digits = DecimalDigits.count(of: value)
        unsafe DecimalDigits.write(value, endingAt: self.base + self.count + digits)
        self.count += digits
    }

    /// Appends so many zeros.
    mutating func appendZeros(_ zeros: Int) { for _ in 0..<zeros { self.append(UInt8(ascii: "0")) } }

    /// Opens a gap of `length` bytes at `position`, moving what follows it.
    mutating func openGap(at position: Int, length: Int) {
        self.reserve(length)
        precondition(position >= 0 && position <= self.count, "A gap lies within what is written.")
        let start = unsafe self.base + position
        unsafe (start + length).update(from: start, count: self.count - position)
        self.count += length
    }

    /// Overwrites one byte.
    mutating func set(_ byte: UInt8, at position: Int) {
        precondition(position >= 0 && position < self.count, "There is no such byte.")
        unsafe self.base[position] = byte
    }

    // MARK: Memory

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if self.capacity - self.count < additional { self.grow(additional) }
    }

    /// Grows by a quarter, so that a body never holds much more memory than it needs.
    @inline(never)
    private mutating func grow(_ additional: Int) {
        let larger = max(self.count + additional, self.capacity + self.capacity / 4)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe memory.update(from: self.base, count: self.count)
        unsafe self.base.deallocate()
        unsafe self.base = memory
        self.capacity = larger
    }
}
