/// What everything before a place in a window came to, as far as what comes after it needs to know.
protocol WindowState: Sendable {
    associatedtype Kind: RawRepresentable<UInt8>, Sendable

    /// Whether an element's numbers tend to move together.
    static var isLinked: Bool { get }

    /// The numbers of the last element.
    var base: ElementBase { get set }

    init()

    /// Takes in an element whose numbers are in ``base`` already.
    mutating func note(_ kind: Kind)
}

/// An element as the window gives it back.
struct WindowElement<Kind: Sendable>: Sendable {
    let kind: Kind
    /// Its numbers; for a mark, those of the element before it.
    let numbers: ElementBase

    /// Engine time.
    var time: Int64 { self.numbers.time }
    var first: ExactDecimal { ExactDecimal(mantissa: self.numbers.first, scale: self.numbers.firstScale) }
    var second: ExactDecimal { ExactDecimal(mantissa: self.numbers.second, scale: self.numbers.secondScale) }
}

/// Consecutive elements of one instrument as bytes, and the key frame that the first of them is written against.
///
/// Sizes are those of the heap blocks: what the array and the allocator need besides the bytes is counted.
struct WindowChunk<State: WindowState>: Sendable {
    /// All storage there is; the first ``used`` bytes are written.
    private(set) var bytes: [UInt8]
    /// Counts chunks over all windows: a chunk with a smaller number was begun earlier.
    let serial: UInt64
    let firstTime: Int64
    /// The key frame.
    let head: State
    private(set) var used: UInt16 = 0
    /// Of the bytes with their header: asked for often, and they are elsewhere in memory.
    private var wholeSize: UInt16
    private(set) var count: UInt16 = 0

    init(serial: UInt64, firstTime: Int64, head: State, bytes: consuming [UInt8]) {
        (self.serial, self.firstTime, self.head) = (serial, firstTime, head)
        self.bytes = bytes
        self.wholeSize = UInt16(self.bytes.count + ChunkStorage.overhead)
    }

    var size: Int { Int(self.wholeSize) }

    /// Whether an element fits, were the chunk of this size.
    @inline(__always)
    func holds(_ code: ElementCode, size: Int) -> Bool {
        Int(self.used) + code.length <= size - ChunkStorage.overhead
    }

    /// Where the bytes are, for nothing but to fetch them from memory.
    var place: UInt { unsafe self.bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) } }

    @inline(__always)
    mutating func append(_ code: ElementCode) {
        let start = Int(self.used)
        var bytes = self.bytes.mutableSpan
        code.write(to: &bytes, at: start)
        self.used += UInt16(truncatingIfNeeded: code.length)
        self.count += 1
    }

    /// Gives back storage that nothing will come into, if there is a size less that holds it.
    mutating func seal(_ storage: inout ChunkStorage) {
        let needed = ChunkSize.holding(Int(self.used) + ChunkStorage.overhead)
        if needed < self.size { self.resize(to: needed, &storage) }
    }

    mutating func resize(to size: Int, _ storage: inout ChunkStorage) {
        var bytes = storage.take(size)
        for index in 0..<Int(self.used) { bytes[index] = self.bytes[index] }
        swap(&bytes, &self.bytes)
        self.wholeSize = UInt16(size)
        storage.give(bytes)
    }
}
