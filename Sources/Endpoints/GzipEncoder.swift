import CZlib
import Metrics
import NIOCore
import Synchronization

/// Packs bodies as gzip. Its memory, a quarter of a megabyte, is kept for the next one.
// Invariant: `stream` is allocated and set up from init to deinit and never reassigned; whoever has taken the encoder
// out of the pool has it alone, until it is put back.
@safe final class GzipEncoder: @unchecked Sendable {
    /// The fastest: a scraper in the same rack has more bandwidth than we have time.
    private static let level: Int32 = 1
    private static let chunk = 1 << 16

    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil when there is no memory for it.
    init?() {
        unsafe self.stream = .allocate(capacity: 1)
        unsafe self.stream.initialize(to: z_stream())
        guard unsafe arb1d_gzip_init(self.stream, Self.level) == Z_OK else { return nil }
    }

    deinit {
        unsafe deflateEnd(self.stream)
        unsafe self.stream.deinitialize(count: 1)
        unsafe self.stream.deallocate()
    }

    /// Packs a body; nil when zlib refuses, which it has no reason to.
    func pack(_ body: borrowing ScrapeBody) -> ByteBuffer? {
        guard unsafe deflateReset(self.stream) == Z_OK else { return nil }
        var packed = ByteBuffer()
        packed.reserveCapacity(max(1024, body.count / 6))
        body.forEachPiece { piece in
            unsafe piece.withUnsafeBytes { bytes in
                // zlib takes a mutable pointer, and only reads.
                let input = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                unsafe self.stream.pointee.next_in = input?.assumingMemoryBound(to: UInt8.self)
                unsafe self.stream.pointee.avail_in = UInt32(bytes.count)
                while unsafe self.stream.pointee.avail_in > 0, self.step(Z_NO_FLUSH, into: &packed) == Z_OK {}
                unsafe self.stream.pointee.next_in = nil
            }
        }
        var status = unsafe self.stream.pointee.avail_in == 0 ? Z_OK : Z_STREAM_ERROR
        while status == Z_OK { status = self.step(Z_FINISH, into: &packed) }
        return status == Z_STREAM_END ? packed : nil
    }

    private func step(_ flush: Int32, into packed: inout ByteBuffer) -> Int32 {
        var status = Z_OK
        unsafe packed.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.chunk) { room in
            unsafe self.stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe self.stream.pointee.avail_out = UInt32(clamping: room.count)
            status = unsafe deflate(self.stream, flush)
            return unsafe min(room.count, Int(UInt32.max)) - Int(self.stream.pointee.avail_out)
        }
        return status
    }
}

/// The encoders that are free, as many as pack at once.
final class GzipPool: Sendable {
    private static let limit = 3
    private let free = Mutex<[GzipEncoder]>([])

    func pack(_ body: borrowing ScrapeBody) -> ByteBuffer? {
        guard let encoder = self.free.withLock({ $0.popLast() }) ?? GzipEncoder() else { return nil }
        defer {
            self.free.withLock { free in
                if free.count < Self.limit { free.append(encoder) }
            }
        }
        return encoder.pack(body)
    }
}
