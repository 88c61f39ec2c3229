import ArgumentParser
import NIOCore
import Simulation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The only place that reads a clock.
enum Clocks {
    static func now() -> Moment {
        Moment(nanoseconds: Self.read(CLOCK_MONOTONIC), unixNanoseconds: Self.read(CLOCK_REALTIME))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Invariant: the call writes this local and keeps nothing of it.
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension NIOBSDSocket.Option {
    /// A port is shared by those that all agreed to it beforehand.
    static let sharedPort = NIOBSDSocket.Option(rawValue: SO_REUSEPORT)
}

/// Holds a port of loopback without listening on it, so that connections to it are refused.
final class PortKeeper {
    private var descriptor: Int32

    init(port: Int) {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let (descriptor, size) = (self.descriptor, socklen_t(MemoryLayout<sockaddr_in>.size))
        // Invariant: the calls read these locals and keep nothing of them.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, size) == 0 }
        }
        if !bound { Standard.error("exchange-sim: cannot keep port \(port) while it is shut") }
    }

    func release() {
        guard self.descriptor >= 0 else { return }
        close(self.descriptor)
        self.descriptor = -1
    }

    deinit { self.release() }
}

enum Files {
    /// Nil when the file is missing or cannot be read.
    static func contents(of path: String) -> [UInt8]? {
        // Invariant: the path outlives the call, which keeps nothing of it.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            // Invariant: the buffer is written only within the call, and only as far as its length.
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 { return nil }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// The path from the root on, without links; nil when it leads nowhere.
    static func absolute(_ path: String) -> String? {
        // Invariant: the call allocates the answer; it is read before it is freed, once.
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Makes a folder, not those above it; one that is there already is left as it is.
    static func makeFolder(_ path: String) {
        // Invariant: the path outlives the call.
        _ = unsafe mkdir(path, 0o755)
    }

    /// Writes beside the file and moves it into place, so that a reader sees all of it or nothing.
    static func replace(_ path: String, with text: String) -> Bool {
        let beside = "\(path).\(getpid()).tmp"
        // Invariant: paths and bytes outlive the calls, which keep nothing of them.
        let descriptor = unsafe open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        guard count == bytes.count, unsafe rename(beside, path) == 0 else {
            _ = unsafe unlink(beside)
            return false
        }
        return true
    }
}

enum Standard {
    /// One line, at once: a script may be waiting for it.
    static func output(_ line: String) { Self.say(line, to: STDOUT_FILENO) }
    static func error(_ line: String) { Self.say(line, to: STDERR_FILENO) }

    private static func say(_ line: String, to descriptor: Int32) {
        let bytes = Array((line + "\n").utf8)
        // Nobody may be listening; that is no reason to stop.
        // Invariant: the bytes outlive the call.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }
}

/// An error with the exit code of sysexits.h that fits it.
struct Failure: Error {
    let code: Int32
    let line: String

    init(code: Int32, _ line: String) { (self.code, self.line) = (code, line) }

    /// Says the line; what it returns only ends the process.
    func report() -> ExitCode {
        Standard.error(self.line)
        return ExitCode(self.code)
    }
}
