/// A fixed number of plain numbers, of one owner: what an array is, without asking at each change whether it is shared.
// Invariant: `storage` points to `count` initialized elements from init to deinit, and nobody else knows where it is;
// every place is checked against `count`.
@safe
struct Room<Element: BitwiseCopyable>: ~Copyable {
    private let storage: UnsafeMutablePointer<Element>?
    // Half a word: there are thousands of them, each next to what is as small.
    private let size: Int32

    /// Without room for any.
    init() { unsafe (self.storage, self.size) = (nil, 0) }

    init(_ count: Int, of element: Element) {
        precondition(count > 0 && count <= Int32.max, "room for one element at least, and not for billions")
        let bytes = count * MemoryLayout<Element>.stride
        let room = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Prefetch.line)
        let storage = unsafe room.initializeMemory(as: Element.self, repeating: element, count: count)
        unsafe (self.storage, self.size) = (storage, Int32(count))
    }

    deinit { unsafe self.storage?.deallocate() }

    @inline(__always)
    var count: Int { Int(self.size) }

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

/// Numbers that do not rise, and behind them as many `-infinity` as there is room for.
///
/// A short list is gone over as a whole, without a branch on what is in it, which no processor could foretell.
extension Room<Double> {
    private static var short: Int { 32 }

    /// Puts a number in its place; the last of all falls out.
    @inline(__always)
    mutating func insert(_ key: Double) {
        guard self.count <= Self.short else { return self.insertByHalves(key) }
        guard self.count > 0, let storage = unsafe self.storage else { return }
        var place = self.count - 1
        while place > 0 {
            let (own, above) = unsafe (storage[place], storage[place - 1])
            let here = above < key ? above : key
            unsafe storage[place] = own > here ? own : here
            place -= 1
        }
        unsafe storage[0] = storage[0] > key ? storage[0] : key
    }

    /// Takes out the first number that is not above `key`.
    @inline(__always)
    mutating func remove(_ key: Double) {
        guard self.count <= Self.short else { return self.removeByHalves(key) }
        guard self.count > 0, let storage = unsafe self.storage else { return }
        let last = self.count - 1
        for place in 0..<last {
            let (own, below) = unsafe (storage[place], storage[place + 1])
            unsafe storage[place] = own > key ? own : below
        }
        if unsafe storage[last] <= key { unsafe storage[last] = -.infinity }
    }

    @inline(never)
    private mutating func insertByHalves(_ key: Double) {
        let place = self.countAbove(key)
        guard place < self.count else { return }
        self.move(place..<self.count - 1, to: place + 1)
        self[place] = key
    }

    @inline(never)
    private mutating func removeByHalves(_ key: Double) {
        let place = self.countAbove(key)
        guard place < self.count else { return }
        self.move(place + 1..<self.count, to: place)
        self[self.count - 1] = -.infinity
    }

    private func countAbove(_ key: Double) -> Int {
        var (low, high) = (0, self.count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] > key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Leaves no number.
    mutating func empty() { for place in 0..<self.count { self[place] = -.infinity } }
}
