private import CPrefetch

/// Asking the processor for memory that is soon to be touched, without waiting for it.
enum Prefetch {
    /// Bytes that come together.
    static let line = 64
    /// Bytes of an array's storage before its first element; a wrong number would cost time and nothing else.
    private static let arrayHeader: UInt = 32

    /// The lines of `count` bytes from an address on.
    @inline(__always)
    static func bytes(_ address: UnsafeRawPointer, _ count: Int) {
        var offset = 0
        while offset < count {
            unsafe cprefetch_line(address + offset)
            offset += Self.line
        }
    }

    /// So many bytes from an address on, of whatever stands there: it may have been given up long ago.
    @inline(__always)
    static func place(_ address: UInt, _ count: Int) {
        guard let place = unsafe UnsafeRawPointer(bitPattern: address) else { return }
        unsafe Self.bytes(place, count)
    }

    /// Where an array whose elements begin at an address keeps its length, which every access looks at.
    @inline(__always)
    static func header(ofArrayAt address: UInt) {
        guard address > Self.arrayHeader else { return }
        Self.place(address - Self.arrayHeader, 1)
    }
}
