import Logging
import Synchronization

/// Tells of work that took longer than it should: one line per kind and ten seconds, with what it left out.
final class SlowWork: Sendable {
    private struct Told {
        var at: ContinuousClock.Instant
        var omitted = 0
    }

    let limit: Duration
    private let logger: Logger
    private let log: LogControl
    private let told = Mutex<[String: Told]>([:])

    /// Lines left out are counted in `log`.
    init(limit: Duration, logger: Logger, log: LogControl) {
        (self.limit, self.logger, self.log) = (limit, logger, log)
    }

    /// Notes how long a piece of work took; `kind` is one of few constants.
    func note(_ kind: @autoclosure () -> String, took duration: Duration, at now: ContinuousClock.Instant = .now) {
        guard duration > self.limit else { return }
        let kind = kind()
        let omitted: Int? = self.told.withLock { told in
            guard let last = told[kind], now - last.at < .seconds(10) else {
                defer { told[kind] = Told(at: now) }
                return told[kind]?.omitted ?? 0
            }
            told[kind]?.omitted += 1
            return nil
        }
        guard let omitted else { return self.log.countSuppressed(.warning) }
        self.logger.warning(
            "slow work",
            metadata: [
                "event": "slow", "work": "\(kind)", "took": "\(duration)", "limit": "\(self.limit)",
                "omitted": "\(omitted)",
            ]
        )
    }
}
