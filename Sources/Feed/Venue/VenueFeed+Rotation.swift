import Core
import Metrics
import Venues

/// Rotation, make before break: the next connection is live before the present one says goodbye.
extension VenueFeed {
    private var judge: RotationJudge {
        let limits = self.settings.limits(self.profile)
        let lifetime = limits.lifetime ?? .seconds(3600)
        return RotationJudge(timeout: limits.rotationTimeout, overlap: min(.seconds(5), lifetime / 10))
    }

    func sessionWantsNext(_ session: FeedSession) {
        let isPresent = self.sessions.contains { $0 === session }
        guard !self.isStopped, isPresent, self.rotations[ObjectIdentifier(session)] == nil,
            let context = self.sessionContext
        else { return }
        // Whoever was on that lane before has had its time to say goodbye.
        for old in self.retiring where old.follower === session { old.abandon() }
        let next = FeedSession(
            context,
            watching: session.watching,
            lane: session.lane.other,
            isStandby: true,
            generator: self.nextGenerator(),
            owner: self
        )
        self.rotations[ObjectIdentifier(session)] = Rotation(next: next, began: self.clock.monotonic)
        next.start()
    }

    func nextWentLive(_ next: FeedSession) {
        guard let key = self.rotations.first(where: { $0.value.next === next })?.key else { return }
        self.rotations[key]?.nextLiveAt = self.clock.monotonic
        // Its answer proves that the present connection delivered all until now, also when the market rests.
        self.sessions.first { ObjectIdentifier($0) == key }?.handler?.sendPing()
    }

    /// Looks at every rotation: called with each tick.
    func careForRotations(at now: MonotonicInstant) {
        for session in self.sessions {
            guard let rotation = self.rotations[ObjectIdentifier(session)] else { continue }
            let missing = self.missing(rotation, of: session)
            let verdict = self.judge.judge(
                age: now.since(rotation.began),
                liveFor: rotation.next.isLive ? rotation.nextLiveAt.map { now.since($0) } : nil,
                missing: missing.count,
                nextSpoke: rotation.next.firstQuoteAt != nil,
                presentSpoke: self.came(session.lastQuoteAt, since: rotation.nextLiveAt),
                presentHeard: self.came(session.lastFrameAt, since: rotation.nextLiveAt)
            )
            switch verdict {
            case .wait: break
            case .follow:
                self.follow(session, with: rotation)
                // They spoke on the old connection and not on the new one: their subscription there is not believed.
                for instrument in missing { self.intake.doubt(instrument, at: self.clock.now) }
                rotation.next.resubscribe(missing)
            case .giveUp:
                self.rotations[ObjectIdentifier(session)] = nil
                self.rotationFailed(rotation)
                session.change { $0.rotationFailed(at: now) }
                session.schedule(at: now)
            }
        }
    }

    /// Instruments that had a quote since the next connection is live, but not on it.
    private func missing(_ rotation: Rotation, of session: FeedSession) -> [InstrumentIndex] {
        guard let liveAt = rotation.nextLiveAt else { return [] }
        let since = self.clock.timestamp(of: liveAt)
        return session.instruments.filter {
            !rotation.next.refused.contains($0) && !self.intake.hasSeen($0, on: rotation.next.lane)
                && self.intake.lastQuoteAt($0) > since
        }
    }

    private func came(_ last: MonotonicInstant?, since liveAt: MonotonicInstant?) -> Bool {
        guard let liveAt, let last else { return false }
        return last > liveAt
    }

    private func rotationFailed(_ rotation: Rotation) {
        self.instruments.rotationFailures.increment()
        self.log.rotationFailed()
        self.retire(rotation.next)
    }

    /// The next session carries the instruments from now on.
    private func follow(_ session: FeedSession, with rotation: Rotation, isLost: Bool = false) {
        self.rotations[ObjectIdentifier(session)] = nil
        self.promote(rotation.next, over: session)
        if !self.came(session.lastFrameAt, since: rotation.nextLiveAt) { self.doubtUnheard(rotation.next) }
        self.wantSeeds()
        self.instruments.rotations.increment()
        self.log.rotated()
        session.follower = rotation.next
        self.retiring.append(session)
        if isLost {
            session.isRetiring = true
            session.change { $0.stop() }
            session.abandon()
        } else {
            session.retire()
        }
        self.showStatus()
        self.handOver()
    }

    /// Nothing proves that the present connection still delivered when the next was live: what changed in between was
    /// on neither, and a symbol that rests since would keep its old price.
    private func doubtUnheard(_ next: FeedSession) {
        let now = self.clock.now
        for instrument in next.instruments where !self.intake.hasSeen(instrument, on: next.lane) {
            self.intake.becomeUnproven(instrument, .session, at: now)
        }
    }

    private func promote(_ next: FeedSession, over session: FeedSession) {
        next.isStandby = false
        self.sessions = self.sessions.map { $0 === session ? next : $0 }
        let now = self.clock.now
        for instrument in next.instruments {
            self.sessionOf[instrument] = next
            self.intake.lead(instrument, lane: next.lane)
            if next.granted.contains(instrument) {
                self.intake.acknowledge(instrument, at: now)
            } else if next.refused.contains(instrument) {
                self.intake.markStale(instrument, .subscription, at: now)
                self.intake.reconnect(instrument)
                self.intake.refuse(instrument)
            }
            self.intake.followTrades(of: instrument, on: next.lane, answered: next.trades[instrument])
        }
    }

    // MARK: When the present connection does not wait for its goodbye

    func sessionIsReplaced(_ session: FeedSession) -> Bool {
        guard let rotation = self.rotations[ObjectIdentifier(session)], rotation.next.isLive else { return false }
        self.follow(session, with: rotation, isLost: true)
        return true
    }

    /// The present connection was lost before the next is live: it carries on as soon as it can, if it is on its way.
    func followLost(_ session: FeedSession) {
        guard let rotation = self.rotations.removeValue(forKey: ObjectIdentifier(session)) else { return }
        guard rotation.next.machine.phase != .backingOff else { return self.rotationFailed(rotation) }
        rotation.next.gapSince = session.lastFrameAt
        self.promote(rotation.next, over: session)
        self.retiring.append(session)
        session.isRetiring = true
        session.change { $0.stop() }
        session.abandon()
    }

    /// A session that followed a lost one is live: so long there was nothing.
    func endGap(of session: FeedSession) {
        guard let since = session.gapSince else { return }
        session.gapSince = nil
        self.instruments.rotations.increment()
        self.instruments.rotationGap.observe(self.clock.monotonic.since(since).inSeconds)
    }

    /// The old connection of a rotation is gone: what came on it and what came on the next overlap, or do not.
    func goodbyeEnded(of session: FeedSession) {
        for instrument in session.instruments { self.intake.leave(instrument, lane: session.lane, at: self.clock.now) }
        guard let next = session.follower else { return }
        session.follower = nil
        let first = next.firstQuoteAt ?? session.lastFrameAt
        let gap = first.flatMap { first in session.lastFrameAt.map { first.since($0) } } ?? .zero
        self.instruments.rotationGap.observe(max(.zero, gap).inSeconds)
    }
}
