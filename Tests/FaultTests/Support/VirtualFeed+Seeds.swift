import Core
import Venues

@testable import Feed

/// Seeds, and the way into the channel.
extension VirtualFeed {
    func askForSeedsWhenDue() {
        if let due = self.answerDue, due.at <= self.now {
            self.answerDue = nil
            self.answered(due.result)
        }
        if self.seeds.tick(at: self.now, isNeeded: self.machine.phase.isLive) { self.askForSeeds() }
    }

    func askForSeeds() {
        if let refusal = self.gate.admit(.bookTicker, at: self.now).refusal {
            return self.seedsCame(SeedAnswer.failed(refusal.label, patience: refusal.patience))
        }
        let answer = self.network.get(self.adapterType.catalog.path(.bookTicker), startedAt: self.stamp)
        switch answer {
        case .success: self.answered(answer)
        case .failure(let error):
            // Not before the client's own patience ends.
            let patience: Duration = error == .timeout ? .seconds(10) : .zero
            self.answerDue = (at: self.now.advanced(by: patience), result: answer)
        }
    }

    func answered(_ result: Result<Feed.RestResponse, RestError>) {
        let answer = SeedAnswer(result, catalog: self.adapterType.catalog, symbols: self.symbols)
        var (status, patience): (Int?, Duration) = (nil, .zero)
        switch result {
        case .success(let response):
            (status, patience) = (response.status, response.patience)
            self.count("arb1d_rest_requests_total", "route=\"book_ticker\",code=\"\(response.status)\"")
            // What cannot be read is as bad as no answer.
            if case .failed(_, _, isUnreadable: true) = answer { status = nil }
        case .failure(let error):
            self.count("arb1d_rest_failures_total", "route=\"book_ticker\",reason=\"\(error.label)\"")
        }
        let move = self.gate.answered(
            .bookTicker,
            status: status,
            patience: patience,
            at: self.now,
            using: &self.generator
        )
        self.show(move)
        self.seedsCame(answer)
    }

    func show(_ move: RestGate.Move?) {
        guard let move else { return }
        let labels = "route=\"book_ticker\",to=\"\(move.to.rawValue)\""
        self.count("arb1d_circuit_breaker_transitions_total", labels)
    }

    func seedsCame(_ answer: SeedAnswer) {
        switch answer {
        case .quotes(let quotes, _):
            let contradicted = quotes.filter(self.isContradicted).map { self.names[$0.instrument.position] }
            if !contradicted.isEmpty { self.resubscribe(contradicted) }
            if self.seeds.succeeded(at: self.now) { self.askForSeeds() }
        case .failed(_, let patience, _):
            self.seeds.failed(at: self.now, atLeast: patience, using: &self.generator)
        }
    }

    /// Compares with what stands; what does not stand is seeded.
    private func isContradicted(_ quote: Core.Quote) -> Bool {
        if self.intake.audit(quote, patience: self.patience, at: self.stamp) == .contradicted { return true }
        self.intake.seed(quote)
        return false
    }

    func handOver() {
        if self.intake.findings.holes > 0 {
            self.count("arb1d_feed_sequence_gaps_total", "stream=\"trade\"", Int(self.intake.findings.holes))
        }
        self.intake.findings = IntakeFindings()

        guard !self.intake.isEmpty else { return }
        self.count(self.intake.tally)
        self.total.add(self.intake.tally)
        self.channel.send(&self.intake.batch, tally: &self.intake.tally, venue: VenueIndex(0))
        var (batch, displaced): ([RawElement], [InstrumentIndex]) = ([], [])
        guard case .batch = self.channel.take(into: &batch, displaced: &displaced, completed: EngineTally()) else {
            return
        }
        let repeats = batch.count { element in
            if case .quote(let quote) = element.payload { quote.flags.contains(.repeated) } else { false }
        }
        if repeats > 0 { self.count("arb1d_feed_quotes_flagged_total", "flag=\"repeat\"", repeats) }
    }

    func count(_ tally: FeedTally) {
        for reason in FrameDropReason.allCases where tally.framesDropped(reason) > 0 {
            let count = Int(tally.framesDropped(reason))
            self.count("arb1d_feed_frames_rejected_total", "reason=\"\(reason.label)\"", count)
        }
        for kind in EventKind.allCases {
            for reason in RejectReason.allCases where tally.rejected(kind, reason) > 0 {
                let labels = "kind=\"\(kind.label)\",reason=\"\(reason.label)\""
                self.count("arb1d_feed_events_rejected_total", labels, Int(tally.rejected(kind, reason)))
            }
        }
    }
}
