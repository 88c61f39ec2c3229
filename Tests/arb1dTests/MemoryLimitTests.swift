import Metrics
import Testing

@testable import arb1d

@Suite("Memory limit")
struct MemoryLimitTests {
    private func limit(_ files: [String: String]) -> Double { MemoryLimit(read: { files[$0] }).bytes }

    @Test(
        "is the smallest on the way from our group to the root",
        arguments: [
            (["/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "209715200\n"], 209_715_200),
            (["/sys/fs/cgroup/a/b/memory.max": "100\n", "/sys/fs/cgroup/a/memory.max": "200\n"], 100),
            (["/sys/fs/cgroup/memory.max": "300\n"], 300),
        ]
    )
    func versionTwo(files: [String: String], expected: Double) {
        var files = files
        files["/proc/self/cgroup"] = "0::/a/b\n"
        #expect(self.limit(files) == expected)
    }

    @Test("is read from the memory controller of version 1, whose largest number means none")
    func versionOne() {
        var files = [
            "/proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/pod\n",
            "/sys/fs/cgroup/memory/pod/memory.limit_in_bytes": "1048576\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ]
        #expect(self.limit(files) == 1_048_576)
        files["/sys/fs/cgroup/memory/pod/memory.limit_in_bytes"] = nil
        #expect(self.limit(files) == .infinity)
    }

    @Test("is infinite where nothing is said", arguments: ["", "nonsense", "0::/../..\n", "0::/\n"])
    func none(group: String) {
        #expect(self.limit(["/proc/self/cgroup": group]) == .infinity)
        #expect(self.limit([:]) == .infinity)
    }

    @Test("of this process is above 0")
    func real() throws {
        let registry = Registry()
        MemoryLimit.register(in: registry)
        let line = String(decoding: registry.render(), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("arb1d_memory_limit_bytes ") }
        let value = try #require(line?.split(separator: " ").last.map { $0 == "+Inf" ? .infinity : Double($0) ?? 0 })
        #expect(value > 1_000_000)
    }
}
