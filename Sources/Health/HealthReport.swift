/// The three questions that Kubernetes asks, each with a consequence of its own.
public enum Probe: String, Sendable, CaseIterable {
    /// Is it up? Failing holds the other two back, and finally restarts the process.
    case startup = "startupz"
    /// Is it wedged? Failing restarts the process, so nothing outside the process may ever decide this.
    case liveness = "livez"
    /// Has it something to offer? Failing takes the process out of its service, and nothing more.
    case readiness = "readyz"
}

/// One named condition, and which probes it decides.
public struct HealthCheck: Sendable, Equatable {
    /// A short stable word, also the value of the label `check`.
    public let name: String
    /// Why it fails; nil while all is well.
    public let problem: String?
    /// The probes that fail with this check; empty for what is only worth knowing.
    public let decides: Set<Probe>

    public init(name: String, problem: String?, decides: Set<Probe>) {
        self.name = name
        self.problem = problem
        self.decides = decides
    }

    public var isPassing: Bool { self.problem == nil }
}

/// What was known about the process at one instant.
public struct HealthReport: Sendable, Equatable {
    /// All checks: those that decide something first, then venues and remarks by name.
    public let checks: [HealthCheck]
    /// One line for a human, such as `2 of 3 venues live`.
    public let summary: String

    public init(checks: [HealthCheck], summary: String) {
        self.checks = checks
        self.summary = summary
    }

    public func passes(_ probe: Probe) -> Bool {
        self.checks.allSatisfy { $0.isPassing || !$0.decides.contains(probe) }
    }

    /// The body of a probe's answer: the verdict, and when it fails or `verbose` is asked for, the checks above it.
    ///
    /// A failing probe explains itself unasked, because whoever reads its answer in an event or a log cannot ask again.
    public func text(for probe: Probe, verbose: Bool) -> String {
        let passes = self.passes(probe)
        var lines: [String] = []
        for check in self.checks {
            if let problem = check.problem {
                guard verbose || check.decides.contains(probe) else { continue }
                lines.append("[-] \(check.name) failed: \(problem)")
            } else if verbose {
                lines.append("[+] \(check.name) ok")
            }
        }
        lines.append("\(probe.rawValue) check \(passes ? "passed" : "failed")")
        return lines.joined(separator: "\n") + "\n"
    }
}
