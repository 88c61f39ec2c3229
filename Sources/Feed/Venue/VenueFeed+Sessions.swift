import Core
import Logging
import Metrics
import NIOCore
import Venues

/// Which instrument is on which connection, and what the connections tell.
extension VenueFeed {
    func add(_ wanted: [(InstrumentIndex, String)]) {
        guard !self.isStopped, let context = self.sessionContext else { return }
        var names = Set(self.watched.map(\.venueSymbol))
        var new = wanted.filter { self.sessionOf[$0.0] == nil && names.insert($0.1).inserted }[...]
        for (instrument, venueSymbol) in new {
            self.intake.add(instrument)
            self.watched.append((venueSymbol, instrument))
        }
        let size = self.settings.instrumentsPerConnection(self.profile)
        for session in self.sessions {
            let room = max(0, size - session.instruments.count)
            if room > 0, !new.isEmpty { self.give(new.prefix(room), to: session) }
            new = new.dropFirst(room)
        }
        while !new.isEmpty {
            let session = FeedSession(context, watching: [], generator: self.nextGenerator(), owner: self)
            self.sessions.append(session)
            self.give(new.prefix(size), to: session)
            new = new.dropFirst(size)
            session.start()
        }
        self.showStatus()
        self.showLimits()
        if self.ticker == nil { self.scheduleTick() }
        self.handOver()
    }

    private func give(_ part: ArraySlice<(InstrumentIndex, String)>, to session: FeedSession) {
        let watching = part.map { (instrument: $0.0, venueSymbol: $0.1) }
        for (instrument, _) in watching {
            self.sessionOf[instrument] = session
            self.intake.lead(instrument, lane: session.lane)
        }
        session.add(watching)
        self.rotations[ObjectIdentifier(session)]?.next.add(watching)
    }

    func remove(_ instruments: Set<InstrumentIndex>) {
        guard !instruments.isEmpty else { return }
        self.watched.removeAll { instruments.contains($0.instrument) }
        let now = self.clock.now
        for instrument in instruments.sorted(by: { $0.position < $1.position }) {
            self.sessionOf[instrument] = nil
            self.intake.remove(instrument, at: now)
        }
        for session in self.sessions + self.rotations.values.map(\.next) { session.remove(instruments) }
        for session in self.sessions where session.instruments.isEmpty { self.end(session) }
        self.sessions.removeAll { $0.instruments.isEmpty }
        self.showStatus()
        self.showLimits()
        self.handOver()
    }

    /// A connection without instruments is of no use.
    private func end(_ session: FeedSession) {
        if let rotation = self.rotations.removeValue(forKey: ObjectIdentifier(session)) {
            self.retire(rotation.next)
        }
        self.retire(session)
    }

    func retire(_ session: FeedSession) {
        self.retiring.append(session)
        session.retire()
    }

    /// A generator of its own for each session, so that one session's dice are not another's.
    func nextGenerator() -> FeedGenerator {
        self.settings.seed == nil ? FeedGenerator() : FeedGenerator(seed: self.generator.next())
    }

    func close(within deadline: TimeAmount, _ done: EventLoopPromise<Void>) {
        self.isStopped = true
        self.ticker?.cancel()
        self.seedTimer?.cancel()
        for rotation in self.rotations.values { self.retire(rotation.next) }
        self.rotations = [:]
        let sessions = self.sessions
        let all = EventLoopFuture.andAllComplete(sessions.map { $0.stop() }, on: self.loop)
        self.handOver()
        let timer = self.loop.scheduleTask(in: deadline) {
            for session in sessions + self.retiring { session.abandon() }
        }
        all.whenComplete { _ in
            timer.cancel()
            for session in self.retiring { session.abandon() }
            self.handOver()
            done.succeed()
        }
    }
}

// MARK: - What sessions tell

extension VenueFeed: FeedSessionOwner {
    func admitConnect(at now: MonotonicInstant) -> MonotonicInstant? { self.budget.admit(at: now) }

    func connectsDeclined(until instant: MonotonicInstant) { self.budget.pause(until: instant) }

    func connectionGone() { self.budget.release() }

    func sessionMoved(_ session: FeedSession, from old: SessionPhase?, to new: SessionPhase) {
        self.instruments.moved(from: old, to: new)
        self.log.moved(from: old, to: new)
        self.showStatus()
    }

    func sessionWentLive(_ session: FeedSession) {
        if session.isStandby { return self.nextWentLive(session) }
        self.endGap(of: session)
        self.showStatus()
        self.log.live(self.status)
        if self.seeds.want() { self.askForSeeds() }
    }

    func sessionFailed(_ error: ConnectError, words: String?) {
        self.showStatus(error: "connect: \(error)")
        self.log.failure("connection failed", reason: error.label, error: words)
        self.handOver()
    }

    func sessionLost(_ session: FeedSession, _ reason: LossReason, words: String?) {
        if !session.isStandby { self.followLost(session) }
        self.showStatus(error: "connection lost: \(reason.rawValue)")
        self.log.failure("connection lost", reason: reason.rawValue, error: words)
        self.handOver()
    }

    func sessionRefused(_ topics: Topics, words: String) { self.log.refused(topics, words: words) }

    func sessionUnanswered(_ topics: Topics) {
        self.log.unanswered(topics)
        self.handOver()
    }

    func sessionEnded(_ session: FeedSession) {
        self.retiring.removeAll { $0 === session }
        self.instruments.moved(from: .stopped, to: nil)
        self.goodbyeEnded(of: session)
        self.handOver()
    }

    func readEnded(at now: MonotonicInstant, frames: Int) {
        if frames > 0 { self.instruments.lastFrame.set(self.clock.wall(of: now).seconds) }
        if self.intake.takeQuoteCame() { self.instruments.lastQuote.set(self.clock.wall(of: now).seconds) }
        self.handOver()
    }
}
