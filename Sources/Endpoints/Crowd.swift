import Synchronization

/// Those who are at one thing at the same moment, bounded.
final class Crowd: Sendable {
    private let count = Mutex(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Does `work` as one of the crowd.
    ///
    /// - Returns: Nil, and nothing is done, when there is no room.
    func admit<Result>(_ work: () async throws -> Result) async rethrows -> Result? {
        let isAdmitted = self.count.withLock { count in
            guard count < self.limit else { return false }
            count += 1
            return true
        }
        guard isAdmitted else { return nil }
        defer { self.count.withLock { $0 -= 1 } }
        return try await work()
    }
}
