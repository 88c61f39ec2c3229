import Core

/// What waits for one receiver, and when to try: in order, one at a time, each until it is acknowledged or dropped.
///
/// The pauses belong to the receiver, not to the element: after a failure nothing else is tried before its time.
struct DeliveryQueue<Element: Sendable>: Sendable {
    struct Held: Sendable {
        let element: Element
        let queuedAt: Timestamp
    }

    /// A try that is to be made now, or under way.
    struct Attempt: Sendable {
        /// What the outcome must name: that of a try which was given up comes too late.
        let id: UInt64
        let held: Held
        let startedAt: Timestamp
    }

    /// What became of an element.
    enum Settlement: Equatable, Sendable {
        /// The try was given up before: nothing changes.
        case late
        case acknowledged(age: Int64)
        case dropped(DropReason)
        case again
    }

    private enum Stage { case open, draining, closed }

    let limits: DeliveryLimits
    /// What left it and why; what is in it is counted where it lies.
    var ledger = DeliveryLedger()
    private(set) var waiting: [Held] = []
    private(set) var inFlight: Attempt?
    private var stage = Stage.open
    private var attempts: UInt64 = 0
    /// Failures in a row, whichever the element.
    private var failures = 0
    private var notBefore = Timestamp.never

    /// - Precondition: Room for two: what is in flight is never displaced.
    init(limits: DeliveryLimits = DeliveryLimits()) {
        precondition(limits.capacity >= 2, "a delivery queue holds at least 2: one waits while one is on its way")
        self.limits = limits
    }

    var count: Int { self.waiting.count + (self.inFlight == nil ? 0 : 1) }
    var flow: WebhookFlow { self.ledger.flow(held: UInt64(self.count)) }

    /// Takes an element in, at the cost of the oldest that waits when there is no room.
    mutating func put(_ element: Element, at now: Timestamp) {
        self.ledger.queued += 1
        guard self.stage == .open else { return self.ledger.drop(.shutdown) }
        if self.count >= self.limits.capacity {
            self.waiting.removeFirst()
            self.ledger.drop(.overflow)
        }
        self.waiting.append(Held(element: element, queuedAt: now))
    }

    /// The try to make now, if it is time for one. Call it often: it also drops what is too old.
    mutating func next(at now: Timestamp) -> Attempt? {
        while let oldest = self.waiting.first, self.isExpired(oldest, at: now) {
            self.waiting.removeFirst()
            self.ledger.drop(.expired)
        }
        guard self.inFlight == nil, !self.waiting.isEmpty, now >= self.notBefore else { return nil }
        self.attempts += 1
        let attempt = Attempt(id: self.attempts, held: self.waiting.removeFirst(), startedAt: now)
        self.inFlight = attempt
        return attempt
    }

    /// The try that has been under way for too long: nobody will say any more what became of it.
    func overdue(at now: Timestamp) -> UInt64? {
        guard let attempt = self.inFlight else { return nil }
        let age = now.nanoseconds(since: attempt.startedAt)
        return age >= self.limits.abandonAfter.wholeNanoseconds ? attempt.id : nil
    }

    /// Takes the outcome of a try.
    mutating func settle(
        _ attempt: UInt64,
        _ verdict: DeliveryVerdict,
        at now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) -> Settlement {
        guard let settled = self.inFlight, settled.id == attempt else { return .late }
        self.inFlight = nil
        switch verdict {
        case .acknowledged:
            self.answered()
            self.ledger.acknowledged += 1
            return .acknowledged(age: now.nanoseconds(since: settled.held.queuedAt))
        case .refused:
            self.answered()
            return self.drop(.refused)
        case .failed(let retryAfter):
            guard self.stage == .open else { return self.drop(.shutdown) }
            self.pause(retryAfter, at: now, using: &generator)
            guard !self.isExpired(settled.held, at: now) else { return self.drop(.expired) }
            self.waiting.insert(settled.held, at: 0)
            return .again
        }
    }

    /// From now on nothing comes in, and what is here gets one last try, without any pause.
    mutating func drain() {
        guard self.stage == .open else { return }
        self.stage = .draining
        self.notBefore = .never
    }

    /// Drops what is left: the time allowed is over.
    mutating func close() {
        self.stage = .closed
        self.ledger.drop(.shutdown, count: UInt64(self.count))
        self.waiting = []
        self.inFlight = nil
    }

    private func isExpired(_ held: Held, at now: Timestamp) -> Bool {
        now.nanoseconds(since: held.queuedAt) >= self.limits.expireAfter.wholeNanoseconds
    }

    /// The receiver is there, whatever it thinks of this element.
    private mutating func answered() {
        self.failures = 0
        self.notBefore = .never
    }

    private mutating func drop(_ reason: DropReason) -> Settlement {
        self.ledger.drop(reason)
        return .dropped(reason)
    }

    /// Exponential with a cap and full jitter, but never shorter than what the receiver asks for.
    private mutating func pause(
        _ retryAfter: Duration?,
        at now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) {
        let doublings = min(self.failures, 20)  // Far beyond any cap: keeps the product small.
        self.failures += 1
        let limit = min(self.limits.backoffCap, self.limits.backoffBase * (1 << doublings))
        let jittered = Int64.random(in: 0...limit.wholeNanoseconds, using: &generator)
        let asked = min(retryAfter ?? .zero, self.limits.retryAfterCap).wholeNanoseconds
        self.notBefore = now.advanced(byNanoseconds: max(jittered, asked))
    }
}
