import Metrics

/// What the control groups that we are in allow us of memory: beyond it the kernel kills.
///
/// Source: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
struct MemoryLimit {
    private static let root = "/sys/fs/cgroup"

    /// The text of a file, or nil.
    let read: (String) -> String?

    static func register(in registry: Registry) {
        let family = SampledFamily(
            "arb1d_memory_limit_bytes",
            kind: .gauge,
            help: "Most memory that the control group lets the process have; +Inf where there is no limit."
        )
        // Read at each scrape: an orchestrator may change it while we run.
        registry.collect([family]) { sink in sink.add(0, [], MemoryLimit(read: self.text).bytes) }
    }

    private static func text(of path: String) -> String? {
        (try? SmallFile.bytes(of: path, atMost: 1 << 16)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The smallest limit from our own group up to the root.
    var bytes: Double {
        let lines = (self.read("/proc/self/cgroup") ?? "").split(separator: "\n")
        return lines.reduce(Double.infinity) { least, line in
            // `hierarchy:controllers:path`; version 2 is hierarchy 0 without controllers.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return least }
            if fields[0] == "0", fields[1].isEmpty {
                return min(least, self.least(from: fields[2], below: Self.root, file: "memory.max"))
            }
            guard fields[1].split(separator: ",").contains("memory") else { return least }
            return min(least, self.least(from: fields[2], below: Self.root + "/memory", file: "memory.limit_in_bytes"))
        }
    }

    private func least(from path: Substring, below root: String, file: String) -> Double {
        var (path, least) = (path, Double.infinity)
        while true {
            while path.last == "/" { path = path.dropLast() }
            if let limit = self.limit(in: root + path + "/" + file) { least = min(least, limit) }
            // A path that leads out of the namespace that we see ends above its root.
            guard let slash = path.lastIndex(of: "/") else { return least }
            path = path[..<slash]
        }
    }

    private func limit(in file: String) -> Double? {
        guard let word = self.read(file)?.split(whereSeparator: \.isWhitespace).first, let bytes = UInt64(word) else {
            return nil  // Also `max`.
        }
        // Version 1 says "none" with the largest multiple of a page.
        return bytes > 1 << 62 ? nil : Double(bytes)
    }
}
