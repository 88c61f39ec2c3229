import Core
import Dispatch
import Foundation
import Pipeline
import Synchronization

/// Twice what the engine can take, on a fixed schedule, from ready elements.
///
/// The windows may have 16 MB, so that they are full within seconds and memory has to be flat from then on.
enum OverloadRow {
    private static let (symbols, burst) = (300, 64)

    private static var settings: EngineSettings {
        var settings = Line.settings
        settings.windowMaxBytes = 16 << 20
        return settings
    }

    static func run(seconds: Int) {
        let elements = self.elements()
        let capacity = self.capacity(elements)
        let bell = DispatchSemaphore(value: 0)
        let line = Line(symbols: self.symbols, settings: self.settings, wake: { bell.signal() })
        let ended = DispatchSemaphore(value: 0)
        let worst = Atomic<Int>(0)
        let (channel, universe, board) = (line.channel, line.universe, line.board)
        Thread {
            var engine = SpreadEngine(universe: universe, settings: self.settings, board: board)
            self.drive(&engine, channel, bell) { worst.max($0, ordering: .relaxed) }
            ended.signal()
        }.start()
        let before = Measure.memory("RssAnon")
        let (begun, rate) = (Measure.wall(), capacity * 2)
        var (sent, deepest, residual) = (0, UInt64(0), Int64(0))
        // Of each sixth of the time the highest.
        var memory = [Double](repeating: 0, count: 6)
        while Measure.wall() - begun < Double(seconds) {
            while Double(sent) > (Measure.wall() - begun) * rate { usleep(50) }
            self.send(elements, sent, to: line.channel)
            sent += self.burst
            guard sent % (self.burst * 2_000) == 0 else { continue }
            let snapshot = line.channel.snapshot()
            deepest = max(deepest, snapshot.depth)
            for stage in [FlowStage.raw, .engine] { residual = max(residual, abs(snapshot.terms(stage).residual)) }
            let sixth = min(5, Int((Measure.wall() - begun) / Double(seconds) * 6))
            memory[sixth] = max(memory[sixth], Measure.memory("RssAnon"))
        }
        let offered = Double(sent) / (Measure.wall() - begun)
        line.channel.finish()
        ended.wait()
        let last = line.channel.snapshot()
        let dropped = last.displaced.reduce(0, +) + last.refused.reduce(0, +)
        Report.line(
            "arb1d overload",
            [
                ("seconds", Double(seconds)), ("capacity_per_s", capacity), ("offered_per_s", offered),
                ("sent", Double(sent)), ("applied", Double(last.engine.applied)), ("dropped", Double(dropped)),
                ("unaccounted", Double(sent) - Double(last.engine.applied) - Double(dropped)),
                ("depth_max", Double(deepest)), ("depth_capacity", Double(last.capacity)),
                ("residual", Double(residual)),
                ("delay_max_ms", Double(worst.load(ordering: .relaxed)) / 1e6), ("rss_anon_before_mb", before),
            ] + memory.enumerated().map { ("rss_anon_\($0.offset + 1)_mb", $0.element) }
        )
    }

    /// As the daemon's thread, and notes the longest delay from receipt to the end of a batch.
    private static func drive(
        _ engine: inout SpreadEngine,
        _ channel: RawChannel,
        _ bell: DispatchSemaphore,
        note: (Int) -> Void
    ) {
        var (batch, displaced, completed) = ([RawElement](), [InstrumentIndex](), EngineTally())
        while true {
            switch channel.take(into: &batch, displaced: &displaced, completed: completed) {
            case .finished: return
            case .empty:
                completed = EngineTally(windowHeld: completed.windowHeld)
                bell.wait()
            case .batch:
                completed = engine.process(batch, displaced: displaced, clock: Measure.now, heartbeat: { _, _ in })
                if case .quote(let oldest)? = batch.first?.payload {
                    note(Int(Measure.now().nanoseconds(since: oldest.receivedAt)))
                }
            }
        }
    }

    private static func send(_ elements: [Quote], _ sent: Int, to channel: RawChannel) {
        let now = Measure.now()
        let venue = VenueIndex(sent / self.burst % FrameMarket.venues.count)
        var batch: [RawElement] = []
        batch.reserveCapacity(self.burst)
        for offset in 0..<self.burst {
            let quote = elements[(sent + offset) % elements.count]
            let instrument = quote.instrument.position / 3 * 3 + venue.position
            batch.append(RawElement(.quote(self.stamped(quote, instrument, sent + offset, now)), venue: venue))
        }
        var tally = FeedTally()
        for _ in 0..<self.burst { tally.countEvent(.quote) }
        tally.framesIn = UInt64(self.burst)
        tally.framesOut = tally.framesIn
        channel.send(&batch, tally: &tally, venue: venue)
    }

    private static func stamped(_ quote: Quote, _ instrument: Int, _ number: Int, _ now: Timestamp) -> Quote {
        Quote(
            instrument: InstrumentIndex(instrument),
            bid: quote.bid,
            bidSize: quote.bidSize,
            ask: quote.ask,
            askSize: quote.askSize,
            sequence: UInt64(number + 1),
            receivedAt: now
        )
    }

    /// Quotes a second that the engine takes alone on a core.
    private static func capacity(_ elements: [Quote]) -> Double {
        let line = Line(symbols: self.symbols, settings: self.settings)
        var drive = Drive(line)
        var (sent, spent) = (0, 0.0)
        while sent < 1_000_000 {
            for _ in 0..<16 {
                self.send(elements, sent, to: line.channel)
                sent += self.burst
            }
            let begun = Measure.threadCPU()
            drive.take()
            spent += Measure.threadCPU() - begun
        }
        return Double(sent) / spent
    }

    private static func elements() -> [Quote] {
        var generator = Seeded(3)
        let one = ExactDecimal(mantissa: 1, scale: 0)
        return (0..<65_536).map { _ in
            let (symbol, price) = (generator.below(self.symbols), Int64(100_000 + generator.below(1_000)))
            return Quote(
                instrument: InstrumentIndex(symbol * 3),
                bid: ExactDecimal(mantissa: price, scale: 2),
                bidSize: one,
                ask: ExactDecimal(mantissa: price + 1, scale: 2),
                askSize: one,
                sequence: 0,
                receivedAt: .never
            )
        }
    }
}
