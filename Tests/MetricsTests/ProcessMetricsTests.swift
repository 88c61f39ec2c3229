import Testing

@testable import Metrics

@Suite("Process metrics")
struct ProcessMetricsTests {
    @Test("all standard families are there, with plausible numbers")
    func families() throws {
        let registry = Registry()
        ProcessMetrics.register(in: registry)
        func value(_ name: String) throws -> Double {
            let line = try #require(registry.lines(of: name).last)
            return try #require(Double(line.dropFirst(name.count + 1)))
        }
        #expect(try value("process_cpu_seconds_total") >= 0)
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"))
        #expect(try value("process_start_time_seconds") > 1_500_000_000)
        #expect(try value("process_open_fds") >= 3)
        #expect(try value("process_max_fds") >= value("process_open_fds"))
        #expect(try value("process_virtual_memory_max_bytes") >= value("process_virtual_memory_bytes"))
        #expect(try value("process_threads") >= 1)
    }

    @Test("a program's name with spaces and parentheses does not shift the fields")
    func oddName() {
        let rest = (3...52).map(String.init).joined(separator: " ")
        let stat = ProcessStat(text: "7 (a) b (c d)) \(rest)\n")
        #expect(stat?.cpuTicks == 14 + 15)
        #expect(stat?.threads == 20)
        #expect(stat?.startTicks == 22)
        #expect(stat?.virtualBytes == 23)
        #expect(stat?.residentPages == 24)
    }

    @Test(
        "a line of another form is refused",
        arguments: ["", "7 (a", "7 (a) R 1 2", "7 (a) \(String(repeating: "x ", count: 50))"]
    )
    func otherForm(text: String) {
        #expect(ProcessStat(text: text) == nil)
    }
}
