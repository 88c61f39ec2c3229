import TestSupport
import Testing

@testable import Core

/// One market twice: in one engine, and split over several.
struct ShardedRun {
    let one: ShardedMarket
    let many: ShardedMarket
    private let listing: [(venue: Int, symbol: String)]
    private var script: MarketScript
    private var latest = Timestamp.origin

    init(_ random: inout SplitMix64, shards: Int) throws {
        var listing: [(venue: Int, symbol: String)] = []
        for symbol in 0..<8 {
            for venue in 0..<3 where !random.oneIn(6) { listing.append((venue, "S\(symbol)")) }
        }
        listing.shuffle(using: &random)
        listing += listing
        let half = try #require(Quantile(ExactDecimal("0.5")))
        var settings = EngineSettings(band: BandSettings(upper: half, lower: half))
        settings.band.minPoints = 3
        settings.band.maxAge = Int64(random.int(1...20)) * second
        settings.points.every = random.oneIn(2) ? 0 : 100 * millisecond
        settings.quarantine.interval = Int64(random.int(50...500)) * millisecond
        settings.quarantine.limit = 0.01
        settings.opportunities.enter = 0.002
        settings.opportunities.minNotional = 0
        settings.windowSpan = Int64(random.int(1...60)) * second
        settings.tradeSpan = Int64(random.int(1...10)) * second
        self.listing = listing
        self.one = ShardedMarket(shards: 1, settings)
        self.many = ShardedMarket(shards: shards, settings)
        self.script = MarketScript(
            venueOfInstrument: listing.map(\.venue),
            delistingOneIn: 200,
            random: SplitMix64(seed: random.next())
        )
        for _ in 0..<listing.count / 2 { self.list() }
    }

    private func list() {
        guard self.one.universe.instruments.count < self.listing.count else { return }
        let (venue, symbol) = self.listing[self.one.universe.instruments.count]
        for market in [self.one, self.many] { market.list(venue: venue, symbol: symbol) }
    }

    /// One burst of one venue, or what another of its threads hands over.
    mutating func step(_ random: inout SplitMix64) {
        if random.oneIn(5) { self.list() }
        let known = self.one.universe.instruments.count
        var batch: [RawElement] = []
        for _ in 0..<random.int(1...30) {
            // Only within a symbol does it matter to nobody else that time goes back.
            let event = self.script.nextEvent().notBefore(self.latest)
            self.latest = event.instant ?? self.latest
            guard event.subject ?? 0 < known else { continue }
            if case .delisted(let instrument, _) = event {
                for market in [self.one, self.many] { market.unlist(instrument) }
            }
            batch.append(event.element(venue: VenueIndex(event.subject.map { self.listing[$0].venue } ?? 0)))
        }
        for market in [self.one, self.many] { market.send(batch) }
    }

    /// Where the two do not tell the same.
    ///
    /// After a heartbeat: before it a shard that got nothing does not know how late it is.
    func differences() -> [String] {
        let beat = RawElement(.heartbeat(loop: 0, sentAt: self.latest), venue: .none)
        for market in [self.one, self.many] { market.send([beat]) }
        var differences: [String] = []
        func compare<Fact: Equatable>(_ name: String, _ fact: (ShardedMarket) -> Fact) {
            let (one, many) = (fact(self.one), fact(self.many))
            if one != many { differences.append("\(name): \(one) and \(many)") }
        }
        for pair in self.one.universe.pairs.indices.map(PairIndex.init) {
            compare("reading of \(pair)") { $0.board.read().pairs[pair.position].read() }
            compare("report of \(pair)") { $0.engine(of: pair).engine.report(of: pair) }
            compare("points of \(pair)") { $0.points[pair] }
            compare("history of \(pair)") {
                $0.engine(of: pair).engine.history(of: pair)?.series(span: .max, now: self.script.now)
            }
            compare("opportunities of \(pair)") { market in
                let report = market.opportunities
                return (report.open + report.ended).filter { $0.pair == pair }
            }
        }
        compare("prices") { $0.board.read().instruments.map { [$0.read()?.bid, $0.read()?.ask] } }
        compare("counts of venue pairs", \.venuePairCounts)
        compare("counts of venues", \.venueCounts)
        compare("fresh pairs", \.board.freshPairCount)
        compare("bytes", \.board.windowByteCount)
        compare("quarantines", \.board.quarantineChangeCount)
        for stage in FlowStage.allCases {
            compare("terms of \(stage)") { $0.channel.snapshot().terms(stage) }
            compare("residual of \(stage)") { $0.channel.snapshot().residual(stage) }
            if self.many.channel.snapshot().residual(stage) != 0 { differences.append("residual of \(stage)") }
        }
        return differences
    }
}

extension MarketEvent {
    /// The same, but not before this instant.
    fileprivate func notBefore(_ least: Timestamp) -> MarketEvent {
        switch self {
        case .quote(let instrument, let quote, let instant, let isRepeat, let isSeed):
            .quote(instrument: instrument, quote, at: max(instant, least), isRepeat: isRepeat, isSeed: isSeed)
        case .stale(let instrument, let reason, let instant):
            .stale(instrument: instrument, reason, at: max(instant, least))
        case .withdrawn(let instrument, let instant): .withdrawn(instrument: instrument, at: max(instant, least))
        case .delisted(let instrument, let instant): .delisted(instrument: instrument, at: max(instant, least))
        case .trade(let instrument, let price, let instant):
            .trade(instrument: instrument, price: price, at: max(instant, least))
        case .control: .control
        case .heartbeat(let instant): .heartbeat(at: max(instant, least))
        }
    }
}
