import Glibc

/// The standard `process_*` families, read from `/proc` at each scrape; all but that of the heap, whose size the system
/// does not know.
///
/// Names and meaning: https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
public enum ProcessMetrics {
    private static let families = [
        SampledFamily("process_cpu_seconds_total", kind: .counter, help: "User and system CPU time spent, in seconds."),
        SampledFamily("process_resident_memory_bytes", kind: .gauge, help: "Resident memory size, in bytes."),
        SampledFamily("process_virtual_memory_bytes", kind: .gauge, help: "Virtual memory size, in bytes."),
        SampledFamily("process_start_time_seconds", kind: .gauge, help: "Start of the process, in seconds since 1970."),
        SampledFamily("process_open_fds", kind: .gauge, help: "Open file descriptors."),
        SampledFamily("process_max_fds", kind: .gauge, help: "Most file descriptors the process may open."),
        SampledFamily(
            "process_virtual_memory_max_bytes",
            kind: .gauge,
            help: "Most virtual memory it may have, in bytes."
        ),
        SampledFamily("process_threads", kind: .gauge, help: "OS threads of the process."),
    ]

    /// Registers the families; what the system does not tell is left out of the scrape.
    public static func register(in registry: Registry) {
        // The boot time never changes; everything else is read anew.
        let bootSeconds = self.bootSeconds()
        registry.collect(self.families) { sink in
            let none = PreformattedLabels([], [])
            if let stat = self.file("/proc/self/stat").flatMap(ProcessStat.init(text:)) {
                let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
                sink.add(0, none, Double(stat.cpuTicks) / ticksPerSecond)
                sink.add(1, none, stat.residentPages * UInt64(sysconf(Int32(_SC_PAGESIZE))))
                sink.add(2, none, stat.virtualBytes)
                if let bootSeconds { sink.add(3, none, bootSeconds + Double(stat.startTicks) / ticksPerSecond) }
                sink.add(7, none, stat.threads)
            }
            if let open = self.openDescriptors() { sink.add(4, none, open) }
            if let limit = self.limit(of: RLIMIT_NOFILE) { sink.add(5, none, limit) }
            if let limit = self.limit(of: RLIMIT_AS) { sink.add(6, none, limit) }
        }
    }

    private static func bootSeconds() -> Double? {
        guard let line = self.file("/proc/stat")?.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }) else {
            return nil
        }
        return Double(line.dropFirst("btime ".count))
    }

    private static func openDescriptors() -> UInt64? {
        guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(directory) }
        var entries: UInt64 = 0
        while unsafe readdir(directory) != nil { entries += 1 }
        // Not ours to report: `.`, `..` and the descriptor of this very directory.
        return entries >= 3 ? entries - 3 : nil
    }

    /// The soft limit, which is the one that refuses.
    private static func limit(of resource: __rlimit_resource) -> Double? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
        return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
    }

    /// A whole file as text; the files of `/proc` tell no size beforehand, so it is read until it ends.
    private static func file(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0 { return nil }
            if count == 0 { return String(decoding: content, as: UTF8.self) }
            content.append(contentsOf: chunk[..<count])
        }
    }
}

/// The fields of `/proc/<pid>/stat` that we report.
///
/// Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
struct ProcessStat: Equatable {
    let cpuTicks: UInt64
    let threads: UInt64
    let startTicks: UInt64
    let virtualBytes: UInt64
    let residentPages: UInt64

    /// Parses one line; nil when it has another form.
    init?(text: String) {
        // The second field is the program's name in parentheses, which may itself contain spaces and parentheses.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(whereSeparator: { $0 == " " || $0 == "\n" })
        // The manual counts from 1, and the first field here is its third.
        func field(_ number: Int) -> UInt64? { number - 3 < fields.count ? UInt64(fields[number - 3]) : nil }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
            let virtual = field(23), let resident = field(24)
        else { return nil }
        self.cpuTicks = user + system
        self.threads = threads
        self.startTicks = start
        self.virtualBytes = virtual
        self.residentPages = resident
    }
}
