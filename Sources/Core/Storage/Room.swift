/// A fixed number of plain numbers, of one owner: what an array is, without asking at each change whether it is shared.
// Invariant: `storage` points to `count` initialized elements from init to deinit, and nobody else knows where it is;
// every place is checked against `count`.
@safe
struct Room<Element: BitwiseCopyable>: ~Copyable {
    private let storage: UnsafeMutablePointer<Element>?
    let count: Int

    /// Without room for any.
    init() { unsafe (self.storage, self.count) = (nil, 0) }

    init(_ count: Int, of element: Element) {
        precondition(count > 0, "room for one element at least")
        let bytes = count * MemoryLayout<Element>.stride
        let room = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Prefetch.line)
        let storage = unsafe room.initializeMemory(as: Element.self, repeating: element, count: count)
        unsafe (self.storage, self.count) = (storage, count)
    }

    deinit { unsafe self.storage?.deallocate() }

    @inline(__always)
    subscript(place: Int) -> Element {
        get { unsafe self.pointer(to: place).pointee }
        set { unsafe self.pointer(to: place).pointee = newValue }
    }

    /// Moves the elements of `range` to where `place` is the first of them.
    @inline(__always)
    mutating func move(_ range: Range<Int>, to place: Int) {
        guard !range.isEmpty else { return }
        precondition(place >= 0 && place + range.count <= self.count && range.upperBound <= self.count, "no such place")
        unsafe self.pointer(to: place).update(from: self.pointer(to: range.lowerBound), count: range.count)
    }

    /// Has the processor bring all elements near.
    @inline(__always)
    func prefetch() {
        guard let storage = unsafe self.storage else { return }
        unsafe Prefetch.bytes(UnsafeRawPointer(storage), self.count * MemoryLayout<Element>.stride)
    }

    /// Has the processor bring an element near that is soon to be touched.
    @inline(__always)
    func prefetch(_ place: Int) {
        guard place < self.count, let storage = unsafe self.storage else { return }
        unsafe Prefetch.bytes(UnsafeRawPointer(storage + place), MemoryLayout<Element>.size)
    }

    @inline(__always)
    private func pointer(to place: Int) -> UnsafeMutablePointer<Element> {
        guard UInt(bitPattern: place) < UInt(bitPattern: self.count), let storage = unsafe self.storage else {
            preconditionFailure("beyond the end of a room")
        }
        return unsafe storage + place
    }
}

extension Room<Double> {
    /// How many of the first `count` numbers, which do not rise, are above `key`.
    @inline(__always)
    func countAbove(_ key: Double, among count: Int) -> Int {
        precondition(count <= self.count, "beyond the end of a room")
        guard count > 0, let storage = unsafe self.storage else { return 0 }
        // Halves without a branch on the key, which no processor can foretell.
        var (start, length) = unsafe (storage, count)
        while length > 1 {
            let half = length / 2
            unsafe start = start[half - 1] > key ? start + half : start
            length -= half
        }
        return unsafe start - storage + (start.pointee > key ? 1 : 0)
    }
}
