import Synchronization

/// What threads found wrong, for the test to judge: a thread of its own does not know which test it belongs to.
final class Findings: Sendable {
    private let found = Mutex<[String]>([])

    /// The first few, in words.
    var first: [String] { self.found.withLock { $0 } }

    func note(_ finding: String) { self.found.withLock { if $0.count < 5 { $0.append(finding) } } }
}
