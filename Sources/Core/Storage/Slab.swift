/// A list of one owner that only grows.
///
/// An array asks at each change whether its storage is shared, and looks there for its bounds: memory that a quote
/// would touch for nothing else. Here both are known without. And what is as large as a line of the caches begins with
/// one, so that it is in as few as can be.
// Invariant: the first `count` elements of the storage are initialized, `stride` apart, and nobody else knows where it
// is.
@safe
struct Slab<Element: ~Copyable>: ~Copyable {
    private var storage: UnsafeMutableRawPointer?
    private(set) var capacity = 0
    private(set) var count = 0

    /// From one element to the next, in bytes.
    @inline(__always)
    private static var stride: Int {
        let size = MemoryLayout<Element>.stride
        return size > Prefetch.line / 2 ? (size + Prefetch.line - 1) / Prefetch.line * Prefetch.line : size
    }

    init() { unsafe self.storage = nil }

    deinit {
        self.endAll()
        unsafe self.storage?.deallocate()
    }

    var indices: Range<Int> { 0..<self.count }

    /// What the storage takes, used or not.
    var bytes: Int { self.capacity * Self.stride }

    mutating func append(_ element: consuming Element) {
        if self.count == self.capacity { self.grow() }
        self.count += 1
        unsafe self.place(of: self.count - 1).initialize(to: element)
    }

    mutating func removeAll() {
        self.endAll()
        self.count = 0
    }

    subscript(position: Int) -> Element {
        @inline(__always)
        unsafeAddress { unsafe UnsafePointer(self.place(of: position)) }
        @inline(__always)
        unsafeMutableAddress { unsafe self.place(of: position) }
    }

    /// Looks at an element where it is: a method called through the subscript may be given a copy.
    @inline(__always)
    func look<Result>(_ position: Int, _ body: (borrowing Element) -> Result) -> Result {
        body(unsafe self.place(of: position).pointee)
    }

    /// Has the processor bring an element near that is soon to be touched.
    @inline(__always)
    func prefetch(_ position: Int) {
        guard UInt(bitPattern: position) < UInt(bitPattern: self.count), let storage = unsafe self.storage else {
            return
        }
        unsafe Prefetch.bytes(storage + position * Self.stride, MemoryLayout<Element>.size)
    }

    @inline(__always)
    private func place(of position: Int) -> UnsafeMutablePointer<Element> {
        guard UInt(bitPattern: position) < UInt(bitPattern: self.count), let storage = unsafe self.storage else {
            preconditionFailure("beyond the end of a slab")
        }
        return unsafe (storage + position * Self.stride).assumingMemoryBound(to: Element.self)
    }

    private mutating func grow() {
        let capacity = max(16, self.capacity * 2)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * Self.stride, alignment: Prefetch.line)
        for position in self.indices {
            let place = unsafe (larger + position * Self.stride).bindMemory(to: Element.self, capacity: 1)
            unsafe place.moveInitialize(from: self.place(of: position), count: 1)
        }
        unsafe self.storage?.deallocate()
        unsafe (self.storage, self.capacity) = (larger, capacity)
    }

    private func endAll() { for position in self.indices { unsafe self.place(of: position).deinitialize(count: 1) } }
}
