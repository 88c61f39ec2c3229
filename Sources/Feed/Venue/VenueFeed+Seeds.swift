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
            if self.seeds.succeeded() { self.askForSeeds() }
        case .failed(let reason, let patience):
            self.log.seedsFail(reason)
            let delay = self.seeds.failed(at: self.clock.monotonic, atLeast: patience, using: &self.generator)
            self.loop.scheduleTask(in: TimeAmount(delay) + .milliseconds(1)) {
                let isLive = self.status.isLive && !self.isStopped
                if self.seeds.tick(at: self.clock.monotonic, isLive: isLive) { self.askForSeeds() }
            }
        }
    }
}
