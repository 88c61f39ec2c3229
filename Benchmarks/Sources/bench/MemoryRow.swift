import Core
import Foundation
import Pipeline
import Venues

/// Half an hour of three venues × 300 symbols × 4 quotes a second, with the price moves of a recording, at jittered
/// times and from another place of it for each instrument; the clock is virtual.
enum MemoryRow {
    private static let (venues, symbols, perSecond, seconds) = (3, 300, 4, 1_800)
    private static let start: Int64 = 1_700_000_000_000_000_000

    static func run(recording: String) {
        let moves = self.quotes(of: recording)
        guard !moves.isEmpty else { preconditionFailure("no quotes in \(recording)") }
        let line = Line(symbols: self.symbols)
        var engine = line.makeEngine()
        let before = Measure.memory("RssAnon")
        self.fill(&engine, moves)
        let windows = Measure.memory("RssAnon")
        let updates = UpdateChannel(capacity: 100_000, venues: self.venues, wake: {})
        self.fillChannels(line.channel, updates, moves[0])
        let held = line.channel.snapshot().depth + updates.snapshot(at: Timestamp(nanoseconds: self.start)).depth
        Report.line(
            "arb1d memory",
            [
                ("quotes", Double(self.venues * self.symbols * self.perSecond * self.seconds)),
                ("windows_mb", Double(line.board.windowByteCount) / 1e6), ("windows_rss_mb", windows - before),
                ("channels_rss_mb", Measure.memory("RssAnon") - windows), ("in_channels", Double(held)),
                ("rss_anon_mb", Measure.memory("RssAnon")), ("rss_mb", Measure.memory("VmRSS")),
                ("bench_own_mb", before),
            ]
        )
    }

    private static func fill(_ engine: inout SpreadEngine, _ moves: [Quote]) {
        let count = self.venues * self.symbols
        let step = 1_000_000_000 / Int64(self.perSecond)
        var (generator, number) = (Seeded(5), UInt64(0))
        var batch: [RawElement] = []
        for turn in 0..<self.seconds * self.perSecond {
            let begin = self.start + Int64(turn) * step
            let times = (0..<count).map { (Int64(generator.below(Int(step))), $0) }.sorted { $0.0 < $1.0 }
            batch.removeAll(keepingCapacity: true)
            for (offset, instrument) in times {
                number += 1
                let move = moves[(turn + instrument * 131) % moves.count]
                batch.append(self.element(move, instrument, number, begin + offset))
            }
            if turn % self.perSecond == 0 {
                let now = Timestamp(nanoseconds: begin)
                batch.insert(RawElement(.heartbeat(loop: 0, sentAt: now), venue: .none), at: 0)
            }
            _ = engine.process(batch, displaced: [], clock: { .never }, heartbeat: { _, _ in })
        }
    }

    private static func element(_ move: Quote, _ instrument: Int, _ number: UInt64, _ time: Int64) -> RawElement {
        let quote = Quote(
            instrument: InstrumentIndex(instrument),
            bid: move.bid,
            bidSize: move.bidSize,
            ask: move.ask,
            askSize: move.askSize,
            sequence: number,
            receivedAt: Timestamp(nanoseconds: time)
        )
        return RawElement(.quote(quote), venue: VenueIndex(instrument % self.venues))
    }

    private static func fillChannels(_ raw: RawChannel, _ updates: UpdateChannel, _ quote: Quote) {
        for _ in 0..<1_000 {
            let element = RawElement(.quote(quote), venue: VenueIndex(0))
            var (batch, tally) = ([RawElement](repeating: element, count: 100), FeedTally())
            raw.send(&batch, tally: &tally, venue: VenueIndex(0))
            let point = PairPoint(
                pair: PairIndex(0),
                number: 1,
                time: quote.receivedAt,
                spread: 0,
                band: Band(upper: 0, lower: 0),
                venue: VenueIndex(0),
                receivedAt: quote.receivedAt
            )
            var points = [PairPoint](repeating: point, count: 100)
            updates.send(&points, at: Timestamp(nanoseconds: self.start))
        }
    }

    /// The quotes in a wire log of Binance.
    private static func quotes(of path: String) -> [Quote] {
        let table = SymbolTable([(venueSymbol: "BTCUSDT", instrument: InstrumentIndex(0))])
        var (adapter, events, quotes) = (BinanceAdapter(symbols: table), EventBuffer(), [Quote]())
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard parts.count == 3, parts[1].first == UInt8(ascii: "<") else { continue }
            events.removeAll(keepingCapacity: true)
            try? adapter.decode(Array(parts[2]).span, receivedAt: .never, into: &events)
            for case .quote(let quote) in events { quotes.append(quote) }
        }
        return quotes
    }
}
