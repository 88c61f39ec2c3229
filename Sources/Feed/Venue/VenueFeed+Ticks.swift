import Core
import Metrics
import NIOCore
import Venues

/// What time alone brings about, twice a second: silence, rotations, holes that wait for an answer.
extension VenueFeed {
    func scheduleTick() {
        guard !self.isStopped else { return }
        self.ticker = self.loop.scheduleTask(in: TimeAmount(self.settings.tick)) { [weak self] in
            guard let self, !self.isStopped else { return }
            self.tick()
            self.scheduleTick()
        }
    }

    private func tick() {
        let now = self.clock.monotonic
        let elapsed = self.lastTickAt.map { now.since($0) } ?? .zero
        self.lastTickAt = now
        self.sweep(elapsed: elapsed, at: now)
        self.careForRotations(at: now)
        self.askForLost(at: now)
        self.showResyncs()
        self.showLimits()
        self.handOver()
    }

    private func sweep(elapsed: Duration, at now: MonotonicInstant) {
        let stamp = self.clock.timestamp(of: now)
        let sweep = self.intake.sweep(
            self.watched.map(\.instrument),
            patience: self.settings.patience(self.profile),
            elapsed: elapsed.inSeconds,
            at: stamp
        )
        self.instruments.symbolSeconds.add(
            watched: sweep.watched,
            stale: sweep.stale,
            nanoseconds: elapsed.wholeNanoseconds
        )
        self.instruments.proofAgeMax.set(self.oldestProof(sweep, at: now))
        if !sweep.silent.isEmpty { self.resubscribe(sweep.silent) }
    }

    /// Where quotes are repeated, the repeats prove them; elsewhere any frame of the connection does.
    private func oldestProof(_ sweep: EventIntake.Sweep, at now: MonotonicInstant) -> Double {
        if self.profile.repeatStaleAfter != nil { return Double(sweep.oldestProof) / 1e9 }
        let ages = self.sessions.filter(\.isLive).compactMap { $0.lastFrameAt.map { now.since($0).inSeconds } }
        return ages.max() ?? 0
    }

    func showLimits() {
        let open = self.sessions.count { $0.machine.isOpen }
        self.instruments.streamsLimit.set(Double(open * self.settings.streamsPerConnection(self.profile)))
    }

    // MARK: Holes

    /// Takes what the intake found out beside the quotes.
    func careForFindings() {
        let findings = self.intake.findings
        self.intake.findings = IntakeFindings()
        self.instruments.rotationDuplicates.increment(by: findings.doubles)
        self.instruments.tradeGaps.increment(by: findings.holes)
        for nanoseconds in findings.resynced { self.instruments.resyncSeconds.observe(Double(nanoseconds) / 1e9) }
        let now = self.clock.monotonic
        var isFull = false
        for instrument in findings.toResync where !self.resyncs.add(instrument, at: now) { isFull = true }
        if isFull { self.wantSeeds() }
        if !findings.toResync.isEmpty { self.showResyncs() }
    }

    func wantSeeds() {
        if self.status.isLive, !self.isStopped, self.seeds.want() { self.askForSeeds() }
    }

    private func askForLost(at now: MonotonicInstant) {
        guard !self.resyncs.isEmpty,
            case .ask(let instrument) = self.resyncs.next(at: now, isNeeded: { self.intake.isResyncing($0) }),
            let symbol = self.sessionOf[instrument]?.names[instrument]
        else { return }
        let catalog = self.rest.catalog
        self.rest.get(.symbolTicker, venueSymbol: symbol) { result in
            let answer = SeedAnswer(result, catalog: catalog, symbols: SymbolTable([(symbol, instrument)]))
            self.onLoop { $0.lostCame(answer, of: instrument) }
        }
    }

    private func lostCame(_ answer: SeedAnswer, of instrument: InstrumentIndex) {
        guard !self.isStopped else { return }
        var isAnswered = false
        switch answer {
        case .quotes(let quotes, let askedAt):
            self.rest.judged(.symbolTicker, isReadable: true)
            if let quote = quotes.first(where: { $0.instrument == instrument }) {
                // Asked for before a later hole, it proves nothing.
                isAnswered = self.intake.holeAt(instrument) <= askedAt
                if isAnswered { self.intake.resync(quote, at: self.clock.now) }
            }
        case .failed(_, _, let isUnreadable):
            if isUnreadable { self.rest.judged(.symbolTicker, isReadable: false) }
        }
        let isGivenUp = self.resyncs.answered(
            well: isAnswered,
            at: self.clock.monotonic,
            using: &self.generator
        )
        if isGivenUp { self.wantSeeds() }
        self.showResyncs()
        self.handOver()
    }

    /// A connection whose instruments wait for a proof says so.
    private func showResyncs() {
        for session in self.sessions where session.isLive {
            let isResyncing = session.instruments.contains { self.intake.isResyncing($0) }
            if isResyncing != session.machine.isResyncing { session.change { $0.isResyncing = isResyncing } }
        }
    }
}
