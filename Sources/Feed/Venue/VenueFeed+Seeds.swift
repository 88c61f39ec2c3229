import Core
import Metrics
import NIOCore
import Venues

/// Seeds and audits: one request for all book tickers after a connection went live, and then once in a while.
extension VenueFeed {
    func askForSeeds() {
        let (catalog, symbols) = (self.rest.catalog, SymbolTable(self.watched))
        self.rest.get(.bookTicker) { result in
            // Read here, on the REST thread: half a megabyte of JSON must not delay a quote.
            let answer = SeedAnswer(result, catalog: catalog, symbols: symbols)
            self.onLoop { $0.seedsCame(answer) }
        }
        self.askForTime()
    }

    private func seedsCame(_ answer: SeedAnswer) {
        guard !self.isStopped else { return }
        switch answer {
        case .quotes(let quotes, let askedAt):
            self.rest.judged(.bookTicker, isReadable: true)
            for quote in quotes { self.judge(quote, askedAt: askedAt) }
            self.resubscribeDoubted()
            self.handOver()
            self.log.seedsWork()
            if self.seeds.succeeded(at: self.clock.monotonic) { self.askForSeeds() } else { self.scheduleSeeds() }
        case .failed(let reason, let patience, let isUnreadable):
            if isUnreadable { self.rest.judged(.bookTicker, isReadable: false) }
            self.log.seedsFail(reason)
            self.seeds.failed(at: self.clock.monotonic, atLeast: patience, using: &self.generator)
            if self.seeds.isFailing { self.unseed() }
            self.scheduleSeeds()
        }
    }

    /// A quote of the book ticker: the best that there is, a proof after a hole, or a comparison.
    private func judge(_ quote: Quote, askedAt: Timestamp) {
        guard let session = self.sessionOf[quote.instrument], let liveSince = session.liveSince, liveSince <= askedAt
        else { return }
        if self.intake.isResyncing(quote.instrument) {
            if self.intake.holeAt(quote.instrument) <= askedAt { self.intake.resync(quote, at: self.clock.now) }
            return
        }
        let audit = self.intake.audit(quote, patience: self.settings.patience(self.profile), at: self.clock.now)
        if audit != .notCompared { self.instruments.audits.increment() }
        if audit == .contradicted {
            self.instruments.auditMismatches.increment()
            self.doubted.append(quote.instrument)
        } else {
            self.intake.seed(quote)
        }
    }

    private func resubscribeDoubted() {
        guard !self.doubted.isEmpty else { return }
        self.log.contradicted(self.watched.filter { self.doubted.contains($0.instrument) }.map(\.venueSymbol))
        self.resubscribe(self.doubted)
        self.doubted = []
    }

    /// Has these instruments subscribed anew, each on its connection.
    func resubscribe(_ instruments: [InstrumentIndex]) {
        for session in self.sessions {
            let own = instruments.filter { self.sessionOf[$0] === session }
            guard !own.isEmpty, session.machine.isOpen else { continue }
            self.instruments.resubscriptions.increment(by: UInt64(own.count))
            session.resubscribe(own)
        }
    }

    /// One timer, set anew with every answer; one that fires before its time is set once more.
    private func scheduleSeeds() {
        self.seedTimer?.cancel()
        guard let due = self.seeds.due else { return }
        let left = TimeAmount(max(.zero, due.since(self.clock.monotonic)))
        self.seedTimer = self.loop.scheduleTask(in: left + .milliseconds(1)) { [weak self] in
            guard let self, !self.isStopped else { return }
            let isNeeded = self.sessions.contains { $0.isLive }
            if self.seeds.tick(at: self.clock.monotonic, isNeeded: isNeeded) {
                self.askForSeeds()
            } else {
                self.scheduleSeeds()
            }
        }
    }

    private func unseed() {
        let now = self.clock.now
        for (_, instrument) in self.watched { self.intake.unseed(instrument, at: now) }
        self.handOver()
    }

    // MARK: The venue's clock

    private func askForTime() {
        let catalog = self.rest.catalog
        self.rest.get(.time) { result in
            guard case .success(let response) = result, response.status == 200 else { return }
            do throws(CatalogError) {
                let theirs = try catalog.serverTime(response.body.span)
                self.rest.judged(.time, isReadable: true)
                self.onLoop { $0.timeCame(theirs, askedAt: response.startedAt, took: response.duration) }
            } catch {
                self.rest.judged(.time, isReadable: false)
            }
        }
    }

    private func timeCame(_ theirs: Timestamp, askedAt: Timestamp, took: Duration) {
        // By the wall clock, which is the one that others can be compared with.
        let shift = self.clock.wall.nanoseconds(since: self.clock.now)
        self.theirClock.take(theirs: theirs, askedAt: askedAt.advanced(byNanoseconds: shift), took: took)
        guard let best = self.theirClock.best else { return }
        self.instruments.clockOffset.set(Double(best.offset) / 1e9)
        self.instruments.clockOffsetError.set(Double(best.error) / 1e9)
    }
}
