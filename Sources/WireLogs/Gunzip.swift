/// Why a gzip file cannot be unpacked.
public enum GunzipError: Error, Equatable, Sendable {
    /// zlib's own code, such as `Z_DATA_ERROR` (-3).
    case damaged(code: Int32)
    /// The file ends in the middle.
    case truncated
    /// It unpacks to more than we are willing to hold.
    case tooLarge
}

/// Unpacks whole gzip files with zlib.
public enum Gunzip {
    /// Recordings are some ten megabytes; far more than that is a trap.
    private static let maxBytes = 1 << 30
    private static let inputBytes = 1 << 16

    public static func unpack(_ file: [UInt8]) throws(GunzipError) -> [UInt8] {
        let inflater = try Inflater()
        var unpacked: [UInt8] = []
        for start in stride(from: 0, to: file.count, by: Self.inputBytes) {
            let part = Array(file[start..<min(start + Self.inputBytes, file.count)])
            try inflater.unpack(part, into: &unpacked)
            guard unpacked.count <= Self.maxBytes else { throw .tooLarge }
        }
        guard inflater.isComplete else { throw .truncated }
        return unpacked
    }
}
