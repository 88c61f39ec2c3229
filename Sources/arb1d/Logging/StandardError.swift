import Glibc

/// Writes to standard error without a buffer, so that nothing is lost when the process ends.
enum StandardError {
    static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }  // Nobody reads our words: there is nowhere left to say so.
            bytes = bytes.dropFirst(count)
        }
    }
}
