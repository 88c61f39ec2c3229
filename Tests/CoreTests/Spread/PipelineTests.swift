import Core
import Synchronization
import TestSupport
import Testing

@Suite("Channel and engine together", .timeLimit(.minutes(5)))
struct PipelineTests {
    @Test(
        "under overload the ledger stays balanced at every look, and no old quote is ever in force at the end",
        arguments: Seeds.fresh(2),
        [1, 3]
    )
    func overload(seed: UInt64, shards: Int) throws {
        let (venues, symbols, bursts) = (3, 8, 250)
        var universe = Universe(
            venues: (0..<venues).map { VenueEntry(name: "\($0)", isPerpetual: false, fee: 0, repeatStaleAfter: nil) },
            shards: shards
        )
        // Instrument = symbol × venues + venue.
        for symbol in 0..<symbols {
            for venue in 0..<venues { _ = universe.add(venue: VenueIndex(venue), symbol: "\(symbol)", venueSymbol: "") }
        }
        let market = universe
        let board = Board(universe: market)
        let half = try #require(Quantile(ExactDecimal("0.5")))
        let channel = RawChannel(capacity: 300, venues: venues, shards: shards, wake: { _ in })
        channel.extend(to: market)
        let running = Atomic<Int>(venues)
        let driving = Atomic<Int>(shards)
        let findings = Findings()
        let lastSent = Mutex<[Int64]>(Array(repeating: 0, count: market.instruments.count))

        var bodies: [@Sendable () -> Void] = (0..<venues).map { venue in
            {
                var feed = OverloadedFeed(venue: venue, venues: venues, random: SplitMix64(seed: seed &+ UInt64(venue)))
                for _ in 0..<bursts { feed.burst(into: channel, symbols: symbols) }
                let sent = feed.lastBid
                lastSent.withLock { all in for (instrument, bid) in sent { all[instrument] = bid } }
                if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { channel.finish() }
            }
        }
        let settings = EngineSettings(band: BandSettings(upper: half, lower: half))
        bodies += (0..<shards).map { shard in
            {
                var engine = SpreadEngine(universe: market, settings: settings, board: board, shard: shard)
                Self.drive(&engine, shard, from: channel)
                driving.subtract(1, ordering: .releasing)
            }
        }
        bodies.append {
            while driving.load(ordering: .acquiring) > 0 {
                let flow = channel.snapshot()
                for stage in FlowStage.allCases where flow.terms(stage).residual != 0 || flow.residual(stage) != 0 {
                    findings.note("residual of \(stage): \(flow.terms(stage))")
                }
            }
        }
        Threads.run(bodies)
        #expect(findings.first.isEmpty)

        let flow = channel.snapshot()
        for stage in FlowStage.allCases { #expect(flow.residual(stage) == 0, "\(stage)") }
        #expect(flow.shards.allSatisfy { $0.engine.windowHeld > 0 })
        #expect(flow.depth == 0 && flow.engineHeld == 0)
        #expect(flow.engine.windowHeld > 0)
        let sent = lastSent.withLock { $0 }
        for (instrument, cell) in board.read().instruments.enumerated() {
            guard let top = cell.read() else { continue }
            #expect(top.bid == Double(sent[instrument]), "an old quote of \(instrument) is in force")
        }
    }

    private static func drive(_ engine: inout SpreadEngine, _ shard: Int, from channel: RawChannel) {
        var (batch, displaced, completed) = ([RawElement](), [InstrumentIndex](), EngineTally())
        while true {
            switch channel.take(from: shard, into: &batch, displaced: &displaced, completed: completed) {
            case .batch:
                completed = engine.process(
                    batch,
                    displaced: displaced,
                    clock: { .origin },
                    heartbeat: { _, _ in }
                )
            case .empty:
                completed = EngineTally(windowHeld: completed.windowHeld)
                Threads.yield()
            case .finished: return
            }
        }
    }
}

/// One venue's feed that sends faster than the engine takes: quotes with rising bids, repeats and heartbeats.
private struct OverloadedFeed {
    let venue: Int
    let venues: Int
    var random: SplitMix64
    private(set) var lastBid: [Int: Int64] = [:]
    private var batch: [RawElement] = []
    private var sent: Int64 = 0

    init(venue: Int, venues: Int, random: SplitMix64) {
        (self.venue, self.venues, self.random) = (venue, venues, random)
    }

    mutating func burst(into channel: RawChannel, symbols: Int) {
        var tally = FeedTally()
        for _ in 0..<self.random.int(1...60) {
            // The last symbol is quiet: it speaks once in a while.
            let symbol = self.random.oneIn(200) ? symbols - 1 : self.random.int(0...(symbols - 2))
            let instrument = symbol * self.venues + self.venue
            self.batch.append(RawElement(.quote(self.quote(of: instrument)), venue: VenueIndex(self.venue)))
            tally.countEvent(.quote)
        }
        channel.send(&self.batch, tally: &tally, venue: VenueIndex(self.venue))
        self.batch.append(RawElement(.heartbeat(loop: 0, sentAt: .origin + self.sent), venue: .none))
        tally.synthetic = 1
        channel.send(&self.batch, tally: &tally, venue: .none)
    }

    private mutating func quote(of instrument: Int) -> Quote {
        let repeated = self.random.oneIn(4) ? self.lastBid[instrument] : nil
        self.sent += 1
        let bid = repeated ?? self.sent
        self.lastBid[instrument] = bid
        return .at(
            instrument,
            bid: bid,
            ask: bid + 1,
            sequence: UInt64(bid),
            .origin + self.sent,
            flags: repeated == nil ? [] : .repeated
        )
    }
}
