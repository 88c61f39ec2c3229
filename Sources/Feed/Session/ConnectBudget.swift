import Core
import Synchronization
public import Venues

/// How often, and how many times at once, connections may be opened from this address to one host.
///
/// All feeds of a host share one budget, on whatever loops they run: venues ban addresses, not connections.
public final class ConnectBudget: Sendable {
    private struct State {
        var attempts: RateWindow
        var open = 0
        /// Before this, the host wants nobody.
        var pausedUntil: MonotonicInstant?
    }

    private let openLimit: Int
    private let state: Mutex<State>

    /// Takes a share of what the venue allows: `sharers` daemons come from this address.
    ///
    /// Of the attempts a sixth is left to others, such as a restart; at least one a period is always allowed.
    public init(_ limits: ConnectionLimits, sharers: Int = 1) {
        let attempts = max(1, limits.attemptsPerFiveMinutes * 5 / 6 / max(1, sharers))
        self.openLimit = limits.open.map { max(1, $0 / max(1, sharers)) } ?? .max
        self.state = Mutex(State(attempts: RateWindow(limit: attempts, per: .seconds(300))))
    }

    /// Counts one more attempt, or says when the next one is worth asking for.
    func admit(at now: MonotonicInstant) -> MonotonicInstant? {
        self.state.withLock { state in
            if let pausedUntil = state.pausedUntil, now < pausedUntil { return pausedUntil }
            guard state.open < self.openLimit else { return now.advanced(by: .seconds(1)) }
            let admission = state.attempts.nextAdmission(at: now)
            guard admission <= now else { return admission }
            state.attempts.record(at: now)
            state.open += 1
            return nil
        }
    }

    /// Admits nobody before `instant`: the host banned this address for so long.
    func pause(until instant: MonotonicInstant) {
        self.state.withLock { $0.pausedUntil = max($0.pausedUntil ?? instant, instant) }
    }

    /// A connection that was admitted is gone, or did not come to be.
    func release() { self.state.withLock { $0.open -= 1 } }

    /// Attempts that were admitted and are not gone.
    var open: Int { self.state.withLock { $0.open } }
}

/// The budgets of all hosts, each made when its first feed is wired.
public struct ConnectBudgets {
    private let sharers: Int
    private var byHost: [String: ConnectBudget] = [:]

    /// `sharers` daemons come from this address.
    public init(sharers: Int) { self.sharers = sharers }

    /// The budget of the host of `address`; the first venue there says how large it is.
    public mutating func budget(of address: String, _ limits: ConnectionLimits) -> ConnectBudget {
        let host = WebSocketAddress(address)?.hostHeader ?? address
        if let known = self.byHost[host] { return known }
        let budget = ConnectBudget(limits, sharers: self.sharers)
        self.byHost[host] = budget
        return budget
    }
}
