public import Core
import Glibc

/// The clocks of the benchmarks, and what the system says of this process.
public enum Measure {
    /// CPU seconds of the calling thread.
    public static func threadCPU() -> Double { self.read(CLOCK_THREAD_CPUTIME_ID) }

    /// CPU seconds of all threads.
    public static func processCPU() -> Double { self.read(CLOCK_PROCESS_CPUTIME_ID) }

    /// Seconds of a clock that only goes on.
    public static func wall() -> Double { self.read(CLOCK_MONOTONIC) }

    /// The same as an instant, as the daemon stamps what it receives.
    public static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// A line of `/proc/self/status` such as `RssAnon`, in MB of a million bytes.
    public static func memory(_ name: String) -> Double {
        guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while unsafe fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix(name + ":") else { continue }
            return Double(text.filter(\.isNumber)).map { $0 * 1024 / 1e6 } ?? 0
        }
        return 0
    }

    /// From now on `VmHWM` is the highest resident memory since this call.
    public static func resetPeakMemory() {
        guard let file = unsafe fopen("/proc/self/clear_refs", "w") else { return }
        defer { unsafe fclose(file) }
        unsafe fputs("5", file)
    }

    /// The middle one, of any number.
    public static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Prints results as the peers do: one JSON object a line.
public enum Report {
    public static func line(_ name: String, _ figures: [(String, Double)]) {
        let members = figures.map { name, value in "\"\(name)\":\(value.isFinite ? value : -1)" }
        print("{\"name\":\"\(name)\"," + members.joined(separator: ",") + "}")
    }
}
