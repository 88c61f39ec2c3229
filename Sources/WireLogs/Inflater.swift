import CZlib

/// Unpacks a gzip stream piece by piece; several members behind one another are one stream, as for gzip itself.
// Invariant: `stream` is allocated and set up from init to deinit and never reassigned; zlib keeps its address.
@safe final class Inflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)
    /// Whether the input so far ends where a member ends.
    private(set) var isComplete = false

    init() throws(GunzipError) {
        unsafe self.stream = .allocate(capacity: 1)
        unsafe self.stream.initialize(to: z_stream())
        let begun = unsafe arb1d_gunzip_init(self.stream)
        guard begun == Z_OK else { throw .damaged(code: begun) }
    }

    deinit {
        unsafe inflateEnd(self.stream)
        unsafe self.stream.deinitialize(count: 1)
        unsafe self.stream.deallocate()
    }

    /// Appends what `input` unpacks to: at most about a thousand times as much.
    func unpack(_ input: [UInt8], into output: inout [UInt8]) throws(GunzipError) {
        var bytes = input  // zlib takes a mutable pointer, and only reads.
        let code = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            unsafe self.stream.pointee.next_in = bytes.baseAddress
            unsafe self.stream.pointee.avail_in = UInt32(bytes.count)
            defer { unsafe self.stream.pointee.next_in = nil }
            return self.run(into: &output)
        }
        if code != Z_OK { throw .damaged(code: code) }
    }

    /// Takes all input that is set; `Z_OK`, or what is wrong with it.
    private func run(into output: inout [UInt8]) -> Int32 {
        var mayHaveMore = true
        while mayHaveMore {
            if self.isComplete {
                guard let first = self.skipPadding() else { return Z_OK }
                guard first == 0x1F else { return Z_DATA_ERROR }
                let reset = unsafe inflateReset(self.stream)
                guard reset == Z_OK else { return reset }
                self.isComplete = false
            }
            let status = self.step(into: &output)
            switch status {
            case Z_OK: mayHaveMore = unsafe self.stream.pointee.avail_in > 0 || self.stream.pointee.avail_out == 0
            case Z_STREAM_END: self.isComplete = true
            case Z_BUF_ERROR: return Z_OK  // All is taken; the rest comes with the next piece.
            default: return status
            }
        }
        return Z_OK
    }

    private func step(into output: inout [UInt8]) -> Int32 {
        var status = Z_OK
        let count = unsafe self.chunk.withUnsafeMutableBufferPointer { chunk in
            unsafe self.stream.pointee.next_out = chunk.baseAddress
            unsafe self.stream.pointee.avail_out = UInt32(chunk.count)
            status = unsafe inflate(self.stream, Z_NO_FLUSH)
            unsafe self.stream.pointee.next_out = nil
            return unsafe chunk.count - Int(self.stream.pointee.avail_out)
        }
        output += self.chunk[..<count]
        return status
    }

    /// The first byte after a member that is no padding; `nil`: the input ends.
    private func skipPadding() -> UInt8? {
        while unsafe self.stream.pointee.avail_in > 0 {
            guard let next = unsafe self.stream.pointee.next_in, unsafe next.pointee == 0 else {
                return unsafe self.stream.pointee.next_in?.pointee
            }
            unsafe self.stream.pointee.next_in = next + 1
            unsafe self.stream.pointee.avail_in -= 1
        }
        return nil
    }
}
