private import CPrefetch

/// Asking the processor for memory that is soon to be touched, without waiting for it.
enum Prefetch {
    /// Bytes that come together.
    static let line = 64
    /// Bytes of an array's storage before its first element.
    private static let arrayHeader = 32

    /// The lines of `count` bytes from an address on.
    @inline(__always)
    static func bytes(_ address: UnsafeRawPointer, _ count: Int) {
        var offset = 0
        while offset < count {
            unsafe cprefetch_line(address + offset)
            offset += Self.line
        }
    }

    /// The object itself, as far as so many bytes.
    @inline(__always)
    static func object(_ object: AnyObject, _ count: Int) {
        unsafe Self.bytes(Unmanaged.passUnretained(object).toOpaque(), count)
    }

    /// Where an array keeps its length, which every access looks at.
    @inline(__always)
    static func head<Element>(of array: [Element]) {
        unsafe cprefetch_line(unsafeBitCast(array, to: UnsafeRawPointer.self))
    }

    /// One element of an array, without looking at the array; nothing happens if there is no such element.
    @inline(__always)
    static func element<Element>(_ index: Int, of array: [Element]) {
        let storage = unsafe unsafeBitCast(array, to: UnsafeRawPointer.self)
        let offset = Self.arrayHeader + index &* MemoryLayout<Element>.stride
        unsafe Self.bytes(storage + offset, MemoryLayout<Element>.size)
    }
}
