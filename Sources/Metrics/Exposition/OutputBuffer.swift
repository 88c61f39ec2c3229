import Glibc

/// A body in the making. Its memory is kept from one to the next, so that a scrape like the last one allocates nothing.
// Invariant: `base` points to `capacity` bytes that this value owns alone, the first `count` of them initialised; every
// write is preceded by `reserve`.
@safe struct OutputBuffer: ~Copyable {
    private(set) var count = 0
    private var capacity: Int
    private var base: UnsafeMutablePointer<UInt8>

    init(capacity: Int = 4096) {
        self.capacity = capacity
        unsafe self.base = Self.memory(capacity)
    }

    deinit { unsafe free(self.base) }

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
    mutating func append(_ bytes: Span<UInt8>) {
        self.reserve(bytes.count)
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let source = bytes.baseAddress else { return }
            unsafe (self.base + self.count).update(from: source, count: bytes.count)
        }
        self.count += bytes.count
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        self.reserve(text.utf8CodeUnitCount)
        unsafe (self.base + self.count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        self.count += text.utf8CodeUnitCount
    }

    /// Makes room, has bytes written there, and takes in those up to where the writing ended.
    ///
    /// - Parameters:
    ///   - room: How many bytes may be touched.
    ///   - write: Gets where to begin, gives where it ended.
    @inline(__always)
    @unsafe
    mutating func append(room: Int, _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
        self.reserve(room)
        let start = unsafe self.base + self.count
        let written = unsafe write(start) - start
        assert(written >= 0 && written <= room, "More was written than there is room.")
        self.count += written
    }

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

    /// Grows by an eighth, small ones to twice their size, so that a body never holds much more memory than it needs. A
    /// large one moves by having its pages mapped elsewhere: old and new memory do not exist side by side.
    @inline(never)
    private mutating func grow(_ additional: Int) {
        let step = self.capacity < 16_384 ? self.capacity : self.capacity / 8
        let larger = max(self.count + additional, self.capacity + step)
        unsafe self.base = Self.memory(larger, instead: self.base)
        self.capacity = larger
    }

    private static func memory(
        _ capacity: Int,
        instead old: UnsafeMutablePointer<UInt8>? = nil
    ) -> UnsafeMutablePointer<UInt8> {
        guard let memory = unsafe realloc(old, capacity) else { preconditionFailure("There is no memory for a body.") }
        return unsafe memory.assumingMemoryBound(to: UInt8.self)
    }
}
