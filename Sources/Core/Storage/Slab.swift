/// A list of one owner that only grows.
///
/// An array asks at each change whether its storage is shared, and looks there for its bounds: memory that a quote
/// would touch for nothing else. Here both are known without.
// Invariant: the first `count` elements of the storage are initialized, and nobody else knows where it is.
@safe
struct Slab<Element: ~Copyable>: ~Copyable {
    private var storage: UnsafeMutablePointer<Element>?
    private(set) var capacity = 0
    private(set) var count = 0

    init() { unsafe self.storage = nil }

    deinit {
        guard let storage = unsafe self.storage else { return }
        unsafe storage.deinitialize(count: self.count)
        unsafe storage.deallocate()
    }

    var indices: Range<Int> { 0..<self.count }

    mutating func append(_ element: consuming Element) {
        if self.count == self.capacity { self.grow() }
        guard let storage = unsafe self.storage else { return }
        unsafe (storage + self.count).initialize(to: element)
        self.count += 1
    }

    mutating func removeAll() {
        unsafe self.storage?.deinitialize(count: self.count)
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
        unsafe Prefetch.bytes(UnsafeRawPointer(storage + position), MemoryLayout<Element>.size)
    }

    @inline(__always)
    private func place(of position: Int) -> UnsafeMutablePointer<Element> {
        guard UInt(bitPattern: position) < UInt(bitPattern: self.count), let storage = unsafe self.storage else {
            preconditionFailure("beyond the end of a slab")
        }
        return unsafe storage + position
    }

    private mutating func grow() {
        let capacity = max(16, self.capacity * 2)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        if let storage = unsafe self.storage {
            unsafe larger.moveInitialize(from: storage, count: self.count)
            unsafe storage.deallocate()
        }
        unsafe (self.storage, self.capacity) = (larger, capacity)
    }
}
