import Core
import NIOCore
import Venues

extension VenueFeed {
    func askForSeeds() {
        let (catalog, symbols) = (self.rest.catalog, SymbolTable(self.watched))
        self.rest.get(.bookTicker) { result in
            // Read here, on the REST thread: half a megabyte of JSON must not delay a quote.
            let answer = SeedAnswer(result, catalog: catalog, symbols: symbols)
            self.loop.execute { self.seedsCame(answer) }
        }
    }

    private func seedsCame(_ answer: SeedAnswer) {
        guard !self.isStopped else { return }
        switch answer {
        case .quotes(let quotes, let askedAt):
            for quote in quotes {
                guard let liveSince = self.sessionOf[quote.instrument]?.liveSince, liveSince <= askedAt else {
                    continue
                }
                self.intake.seed(quote)
            }
            self.handOver()
            self.log.seedsWork()
            if self.seeds.succeeded(at: self.clock.monotonic) {
                self.askForSeeds()
            } else {
                self.tickSeeds(in: self.seeds.interval)
            }
        case .failed(let reason, let patience):
            self.log.seedsFail(reason)
            let delay = self.seeds.failed(at: self.clock.monotonic, atLeast: patience, using: &self.generator)
            if self.seeds.isFailing { self.unseed() }
            self.tickSeeds(in: delay)
        }
    }

    private func tickSeeds(in delay: Duration) {
        self.loop.scheduleTask(in: TimeAmount(delay) + .milliseconds(1)) { [weak self] in
            guard let self, !self.isStopped else { return }
            if self.seeds.tick(at: self.clock.monotonic, isNeeded: self.areSeedsNeeded) { self.askForSeeds() }
        }
    }

    private var areSeedsNeeded: Bool {
        self.watched.contains { self.sessionOf[$0.instrument]?.isLive == true && self.intake.wantsSeed($0.instrument) }
    }

    private func unseed() {
        let now = self.clock.now
        for (_, instrument) in self.watched { self.intake.unseed(instrument, at: now) }
        self.handOver()
    }
}
