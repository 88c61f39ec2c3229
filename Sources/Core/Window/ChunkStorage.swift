/// The sizes that chunks have: eight to each doubling, so that an eighth at most is lost to them, and few enough that
/// what one chunk gives back another one takes.
enum ChunkSize {
    static let shortest = 128
    static let longest = 8_192
    /// From ``shortest`` to ``longest``, both included.
    static let count = 6 * 8 + 1

    /// The least size that is not below `bytes`.
    static func holding(_ bytes: Int) -> Int {
        guard bytes > Self.shortest else { return Self.shortest }
        let step = 1 << (Self.doubling(of: bytes - 1) - 3)
        return (bytes + step - 1) / step * step
    }

    /// The place of a size among all.
    static func place(of size: Int) -> Int {
        let doubling = Self.doubling(of: size)
        return (doubling - Self.doubling(of: Self.shortest)) * 8 + (size >> (doubling - 3)) - 8
    }

    private static func doubling(of bytes: Int) -> Int { Int.bitWidth - 1 - bytes.leadingZeroBitCount }
}

/// Storage that chunks gave back, for those to come: windows that lose as much as they gain allocate nothing.
struct ChunkStorage {
    /// The header of an array, and of the block that it is in.
    static let overhead = 32 + 8
    /// Of each size; what is given back beyond it is freed.
    static let mostBytes = 64 * 1_024

    /// Where none is left, so many are made besides: how many are out at once varies also where nothing grows.
    private static let ahead = 4

    private var spare = [[[UInt8]]](repeating: [], count: ChunkSize.count)

    /// Storage of a size; what its bytes are is not known.
    mutating func take(_ size: Int) -> [UInt8] {
        if let bytes = self.spare[ChunkSize.place(of: size)].popLast() { return bytes }
        for _ in 0..<Self.ahead { self.give(Self.fresh(size)) }
        return Self.fresh(size)
    }

    private static func fresh(_ size: Int) -> [UInt8] { Array(repeating: 0, count: size - Self.overhead) }

    /// Takes storage back that nobody writes to any more.
    ///
    /// A history may still be reading it: then the next one to write gets a copy, as with any array.
    mutating func give(_ bytes: consuming [UInt8]) {
        let size = bytes.count + Self.overhead
        let place = ChunkSize.place(of: size)
        if self.spare[place].capacity == 0 { self.spare[place].reserveCapacity(Self.mostBytes / size) }
        if self.spare[place].count < Self.mostBytes / size { self.spare[place].append(bytes) }
    }
}
