import Core
import Venues

/// The life of one connection to a venue, as a pure value: time comes in, actions come out.
struct SessionMachine: Sendable {
    enum State: Equatable, Sendable {
        case connecting(since: MonotonicInstant)
        case handshaking(since: MonotonicInstant)
        case subscribing(since: MonotonicInstant)
        case live(since: MonotonicInstant)
        case backingOff(until: MonotonicInstant)
        case stopped
    }

    let limits: SessionLimits
    private(set) var state: State = .stopped
    private var backoff = Backoff()
    private var ledger = SubscriptionLedger()
    private var messages: RateWindow
    private var lastFrameAt = MonotonicInstant(nanoseconds: 0)
    private var lastHeartbeatAt = MonotonicInstant(nanoseconds: 0)
    private var lastRequestAt = MonotonicInstant(nanoseconds: 0)
    /// The venue granted quotes on this connection, or sent some; and it refused some.
    private var (hasGranted, hasRefused) = (false, false)
    /// Since the last frame, a ping asked for a sign of life.
    private var isPinged = false
    /// What the venue refused or left unanswered on this connection.
    private var missing: MissingTopics
    /// When the next connection is due; `nil`: never, or it is being made.
    private var rotateAt: MonotonicInstant?
    private(set) var isRotating = false
    /// Whether an instrument waits for a proof of its quote; the shell knows.
    var isResyncing = false

    init(limits: SessionLimits) {
        self.limits = limits
        self.missing = MissingTopics(pause: limits.refusedRetry)
        // One message a second is kept back for the pong that the venue may ask for at any moment.
        self.messages = RateWindow(limit: max(1, limits.messagesPerSecond - 1), per: .seconds(1))
    }

    var phase: SessionPhase {
        switch self.state {
        case .connecting: .connecting
        case .handshaking: .handshaking
        case .subscribing: .subscribing
        case .live: self.isRotating ? .rotating : self.isResyncing ? .resyncing : .live
        case .backingOff: .backingOff
        case .stopped: .stopped
        }
    }

    var isOpen: Bool {
        switch self.state {
        case .subscribing, .live: true
        case .connecting, .handshaking, .backingOff, .stopped: false
        }
    }

    /// The number of the first request of the next group.
    var nextNumber: UInt64 { self.ledger.nextNumber }

    // MARK: Connecting

    mutating func start(at now: MonotonicInstant) -> [SessionAction] {
        self.state = .connecting(since: now)
        return [.connect]
    }

    /// The attempt was not admitted: the venue's budget allows the next one at `instant`.
    mutating func postpone(until instant: MonotonicInstant) { self.state = .backingOff(until: instant) }

    mutating func connected(at now: MonotonicInstant) {
        guard case .connecting = self.state else { return }
        self.state = .handshaking(since: now)
    }

    /// The stream is open. The caller enqueues its requests next.
    ///
    /// The next connection is due at `share` of the venue's limit: below 1, and different for each connection, so that
    /// not all are made anew at once.
    mutating func opened(at now: MonotonicInstant, share: Double = 0.9) {
        self.state = .subscribing(since: now)
        self.ledger = SubscriptionLedger()
        (self.lastFrameAt, self.lastHeartbeatAt, self.lastRequestAt) = (now, now, now)
        (self.isPinged, self.isRotating, self.isResyncing) = (false, false, false)
        (self.hasGranted, self.hasRefused) = (false, false)
        self.missing = MissingTopics(pause: self.limits.refusedRetry)
        self.rotateAt = self.limits.lifetime.map { now.advanced(by: $0 * share) }
    }

    mutating func enqueue(_ requests: [SubscriptionRequest], at now: MonotonicInstant) -> [SessionAction] {
        self.ledger.enqueue(requests)
        return self.pump(at: now) + self.settle(at: now)
    }

    // MARK: What the venue says

    /// Frames of any kind came.
    mutating func received(at now: MonotonicInstant) {
        self.lastFrameAt = now
        self.isPinged = false
    }

    /// A ping was answered: that was one of our messages.
    mutating func answeredPing(at now: MonotonicInstant) { self.messages.record(at: now) }

    mutating func acknowledged(_ number: UInt64?, at now: MonotonicInstant) -> [SessionAction] {
        guard let granted = self.ledger.acknowledge(number) else { return [] }
        guard !granted.venueSymbols.isEmpty else { return self.settle(at: now) }
        if granted.stream == .quotes { self.hasGranted = true }
        let topics = Topics(stream: granted.stream, venueSymbols: granted.venueSymbols)
        return [.acknowledged(topics)] + self.settle(at: now)
    }

    mutating func dataCame(for venueSymbol: String, at now: MonotonicInstant) -> [SessionAction] {
        self.hasGranted = true
        let topics = Topics(stream: .quotes, venueSymbols: self.ledger.dataCame(for: venueSymbol))
        return topics.venueSymbols.isEmpty ? [] : [.acknowledged(topics)] + self.settle(at: now)
    }

    mutating func refused(_ number: UInt64?, words: String, at now: MonotonicInstant) -> [SessionAction] {
        let refusal = self.ledger.refuse(number, words: words)
        var actions: [SessionAction] = []
        if !refusal.refused.isEmpty {
            // Without trades an instrument is still of use.
            if refusal.stream == .quotes { self.hasRefused = true }
            let topics = Topics(stream: refusal.stream, venueSymbols: refusal.refused)
            self.missing.add(topics, at: now)
            actions.append(.refused(topics))
        }
        actions += refusal.retry.map { .subscribe(Topics(stream: refusal.stream, venueSymbols: $0)) }
        // With groups to retry, the session is settled only after they were enqueued and answered.
        return refusal.retry.isEmpty ? actions + self.settle(at: now) : actions
    }

    /// The venue said that it will close this connection: the next one is due now.
    mutating func announced(at now: MonotonicInstant) -> [SessionAction] {
        // One that is closed again at once brings no next one sooner than a backoff.
        guard self.hasBeenLive(for: self.limits.promptAfter, at: now) else { return [.abandon(.announced)] }
        return self.rotate()
    }

    /// These are watched no more.
    mutating func forget(_ venueSymbols: [String]) { self.missing.forget(venueSymbols) }

    // MARK: Rotating

    private mutating func rotate() -> [SessionAction] {
        guard !self.isRotating else { return [] }
        (self.isRotating, self.rotateAt) = (true, nil)
        return [.rotate]
    }

    /// The next connection did not come to be: another is due later, as long as this one lives.
    mutating func rotationFailed(at now: MonotonicInstant) {
        guard self.isRotating else { return }
        self.isRotating = false
        let pause = min(self.limits.rotationTimeout, (self.limits.lifetime ?? .seconds(3600)) / 10)
        self.rotateAt = now.advanced(by: pause)
    }

    // MARK: Time

    /// When ``tick(at:)`` must be called at the latest; frames in between only move it later.
    func nextDeadline(at now: MonotonicInstant) -> MonotonicInstant? {
        switch self.state {
        case .connecting(let since): return since.advanced(by: self.limits.connectTimeout)
        case .handshaking(let since): return since.advanced(by: self.limits.handshakeTimeout)
        case .backingOff(let until): return until
        case .stopped: return nil
        case .subscribing: return min(self.nextRequestOrAnswer(at: now), self.nextKeepAlive)
        case .live:
            var deadline = self.nextKeepAlive
            if !self.ledger.isSettled { deadline = min(deadline, self.nextRequestOrAnswer(at: now)) }
            if let rotateAt = self.rotateAt { deadline = min(deadline, rotateAt) }
            if let askAgainAt = self.missing.askAgainAt { deadline = min(deadline, askAgainAt) }
            return deadline
        }
    }

    private func nextRequestOrAnswer(at now: MonotonicInstant) -> MonotonicInstant {
        self.ledger.hasUnsent
            ? self.messages.nextAdmission(at: now) : self.lastRequestAt.advanced(by: self.limits.subscribeTimeout)
    }

    private var nextKeepAlive: MonotonicInstant {
        let patience = self.isPinged ? self.limits.deadAfter : self.limits.deadAfter / 2
        let silence = self.lastFrameAt.advanced(by: patience)
        guard let interval = self.limits.heartbeatInterval else { return silence }
        return min(silence, self.lastHeartbeatAt.advanced(by: interval))
    }

    mutating func tick(at now: MonotonicInstant) -> [SessionAction] {
        switch self.state {
        case .connecting(let since):
            return now >= since.advanced(by: self.limits.connectTimeout) ? [.giveUp(.timeout)] : []
        case .handshaking(let since):
            return now >= since.advanced(by: self.limits.handshakeTimeout) ? [.giveUp(.timeout)] : []
        case .backingOff(let until):
            return now >= until ? self.start(at: now) : []
        case .stopped:
            return []
        case .subscribing:
            guard self.isAnswerOverdue(at: now) else { return self.keepAlive(at: now) }
            guard self.ledger.awaitsTradesAlone else { return [.abandon(.silent)] }
            return self.stopWaiting(at: now) + self.settle(at: now)
        case .live:
            return self.keepAlive(at: now) + self.careForMissing(at: now) + self.rotateIfDue(at: now)
        }
    }

    private func isAnswerOverdue(at now: MonotonicInstant) -> Bool {
        !self.ledger.hasUnsent && now >= self.lastRequestAt.advanced(by: self.limits.subscribeTimeout)
    }

    private mutating func keepAlive(at now: MonotonicInstant) -> [SessionAction] {
        let silence = now.since(self.lastFrameAt)
        if silence >= self.limits.deadAfter { return [.abandon(.silent)] }
        var actions: [SessionAction] = []
        if !self.isPinged, silence >= self.limits.deadAfter / 2 {
            self.isPinged = true
            self.messages.record(at: now)
            actions.append(.ping)
        }
        if let interval = self.limits.heartbeatInterval, now >= self.lastHeartbeatAt.advanced(by: interval) {
            self.lastHeartbeatAt = now
            self.messages.record(at: now)
            actions.append(.heartbeat(number: self.ledger.takeNumber()))
        }
        return actions + self.pump(at: now)
    }

    /// Asks again for what was refused, or not answered while live: all of it, at a low rate.
    private mutating func careForMissing(at now: MonotonicInstant) -> [SessionAction] {
        let unanswered = self.ledger.hasAwaiting && self.isAnswerOverdue(at: now) ? self.stopWaiting(at: now) : []
        return unanswered + self.missing.takeDue(at: now).map { .subscribe($0) }
    }

    private mutating func stopWaiting(at now: MonotonicInstant) -> [SessionAction] {
        let given = self.ledger.giveUpWaiting()
        for topics in given { self.missing.add(topics, at: now) }
        return given.map { .unanswered($0) }
    }

    private mutating func rotateIfDue(at now: MonotonicInstant) -> [SessionAction] {
        guard let rotateAt = self.rotateAt, now >= rotateAt else { return [] }
        return self.rotate()
    }

    // MARK: Ending

    /// The attempt failed, or the open connection is gone; `atLeast` is what the venue asked us to wait.
    ///
    /// - Returns: How long it will now wait; ``tick(at:)`` then says to connect.
    mutating func lost(
        at now: MonotonicInstant,
        atLeast: Duration = .zero,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        if self.hasBeenLive(for: self.limits.stableAfter, at: now) { self.backoff.reset() }
        let delay = max(atLeast, self.backoff.next(using: &generator))
        self.state = .backingOff(until: now.advanced(by: delay))
        (self.isRotating, self.isResyncing) = (false, false)
        return delay
    }

    mutating func stop() {
        self.state = .stopped
        (self.isRotating, self.isResyncing) = (false, false)
    }

    // MARK: Steps

    private func hasBeenLive(for duration: Duration, at now: MonotonicInstant) -> Bool {
        guard case .live(let since) = self.state else { return false }
        return now.since(since) >= duration
    }

    private mutating func pump(at now: MonotonicInstant) -> [SessionAction] {
        var actions: [SessionAction] = []
        while self.ledger.hasUnsent, self.messages.nextAdmission(at: now) <= now, let request = self.ledger.sendNext() {
            self.messages.record(at: now)
            self.lastRequestAt = now
            actions.append(.send(request))
        }
        return actions
    }

    private mutating func settle(at now: MonotonicInstant) -> [SessionAction] {
        guard case .subscribing = self.state, self.ledger.isSettled else { return [] }
        // Nothing will ever come on a connection where everything was refused: perhaps the next one fares better.
        if self.hasRefused, !self.hasGranted { return [.abandon(.closed)] }
        self.state = .live(since: now)
        return [.live]
    }
}
