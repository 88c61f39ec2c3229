import CZlib

/// Why a gzip file cannot be unpacked.
public enum GunzipError: Error, Equatable, Sendable {
    /// zlib's own code, such as `Z_DATA_ERROR` (-3).
    case damaged(code: Int32)
    /// The file ends in the middle.
    case truncated
    /// It unpacks to more than we are willing to hold.
    case tooLarge
}

/// Unpacks gzip files with zlib.
public enum Gunzip {
    /// Recordings are some ten megabytes; far more than that is a trap.
    private static let maxBytes = 1 << 30

    public static func unpack(_ file: [UInt8]) throws(GunzipError) -> [UInt8] {
        var stream = unsafe z_stream()
        let begun = unsafe arb1d_gunzip_init(&stream)
        guard begun == Z_OK else { throw .damaged(code: begun) }
        defer { unsafe inflateEnd(&stream) }
        var unpacked: [UInt8] = []
        var status = Z_OK
        var input = file  // zlib takes a mutable pointer, and only reads.
        let failure: GunzipError? = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe stream.next_in = input.baseAddress
            unsafe stream.avail_in = UInt32(clamping: input.count)
            var chunk = [UInt8](repeating: 0, count: 1 << 20)
            while status != Z_STREAM_END {
                let count = unsafe chunk.withUnsafeMutableBufferPointer { chunk in
                    unsafe stream.next_out = chunk.baseAddress
                    unsafe stream.avail_out = UInt32(chunk.count)
                    status = unsafe inflate(&stream, Z_NO_FLUSH)
                    return unsafe chunk.count - Int(stream.avail_out)
                }
                unpacked += chunk[..<count]
                if status == Z_BUF_ERROR || (status == Z_OK && count == 0) { return .truncated }
                guard status == Z_OK || status == Z_STREAM_END else { return .damaged(code: status) }
                guard unpacked.count <= Self.maxBytes else { return .tooLarge }
            }
            return nil
        }
        if let failure { throw failure }
        return unpacked
    }
}
