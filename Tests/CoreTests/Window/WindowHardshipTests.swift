import TestSupport
import Testing

@testable import Core

@Suite("Windows under hardship")
struct WindowHardshipTests {
    @Test("time that stands still or leaps by hours loses nothing that is young enough", arguments: Seeds.fresh(6))
    func time(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let span = 1_800 * second
        var store = WindowStore(span: span, tradeSpan: second, maxBytes: 1 << 24)
        store.extend(toInstruments: 1)
        var (sent, now): ([RetainedQuote], Timestamp) = ([], .origin)
        for step in 0..<3_000 as Range<Int64> {
            if random.oneIn(200) { now = now + Int64(random.int(1...100)) * 3_600 * second }
            if random.oneIn(3) { now = now + Int64(random.int(0...3)) * second }
            // One side or both are empty now and then.
            let bid = ExactDecimal(mantissa: random.oneIn(9) ? 0 : 6_700_000 + step, scale: 2)
            let ask = ExactDecimal(mantissa: random.oneIn(9) ? 0 : 6_700_001 + step, scale: 2)
            let kind: RetainedKind = bid.isPositive && ask.isPositive ? .quote : .unusable
            store.append(kind, InstrumentIndex(0), time: now.nanoseconds, bid: bid, ask: ask)
            sent.append(RetainedQuote(time: now, bid: bid, ask: ask))
            if random.oneIn(50) { store.advance(to: now) }
            #expect(store.appended == store.expired + store.held)
        }
        let kept = store.quotes(of: InstrumentIndex(0))
        #expect(kept == sent.suffix(kept.count))
        #expect(sent.count { now.nanoseconds(since: $0.time) <= span } < kept.count)
        // A chunk covers no more than the span, so nothing stays for longer than twice as long.
        store.advance(to: now)
        let extent = store.extent(of: InstrumentIndex(0), at: now)
        #expect(extent.span ?? 0 <= 2 * span)
    }

    @Test("ten thousand quiet instruments cost less than 10 MB in all, with what an empty window costs")
    func quiet() {
        var store = WindowStore(span: 1_800 * second, tradeSpan: 300 * second, maxBytes: 256 << 20)
        store.extend(toInstruments: 10_000)
        for step in 0..<10 as Range<Int64> {
            for instrument in 0..<10_000 {
                let time = Timestamp.origin + step * 179 * second + Int64(instrument)
                let price = ExactDecimal(mantissa: Int64(instrument) + step, scale: 4)
                store.append(.quote, InstrumentIndex(instrument), time: time.nanoseconds, bid: price, ask: price)
            }
        }
        #expect(store.held == 100_000)
        #expect(store.bytes == store.walkedBytes(10_000))
        #expect(store.bytes + store.fixedBytes < 10_000_000)
    }

    @Test("a loud instrument among many quiet ones loses the chunks that the model says", arguments: Seeds.fresh(2))
    func loudAndQuiet(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let (quiet, span) = (6_000, 3_600 * second)
        var store = WindowStore(span: span, tradeSpan: second, maxBytes: 1 << 20)
        store.extend(toInstruments: quiet + 1)
        var model = WindowModel(instruments: quiet + 1, span: span, maxBytes: 1 << 20)
        var now = Timestamp.origin
        for step in 1...40_000 as ClosedRange<Int64> {
            now = now + Int64(random.int(1...20)) * millisecond
            let instrument = random.oneIn(4) ? random.int(1...quiet) : 0
            let price = ExactDecimal(mantissa: 1_000_000 + step % 300, scale: 0)
            store.append(.quote, InstrumentIndex(instrument), time: now.nanoseconds, bid: price, ask: price)
            model.append(RetainedQuote(time: now, bid: price, ask: price), of: instrument)
            guard step % 10_000 == 0 else { continue }
            #expect(store.bytes == model.bytes && store.bytes <= 1 << 20)
            #expect(store.evicted == UInt64(model.evicted) && store.expired == 0)
        }
        #expect(store.evicted > 1_000)
        for instrument in 0...quiet {
            let (kept, expected) = (store.quotes(of: InstrumentIndex(instrument)), model.quotes(of: instrument))
            if kept != expected { Issue.record("window of \(instrument)") }
        }
    }

    @Test("a day leaves the windows as large as two hours do")
    func day() {
        var random = SplitMix64(seed: 24)
        let (instruments, minute) = (30, 60 * second)
        var store = WindowStore(span: 30 * minute, tradeSpan: 5 * minute, maxBytes: 64 << 20)
        store.extend(toInstruments: instruments)
        var market = Array(repeating: (next: Timestamp.origin, price: 6_700_000 as Int64), count: instruments)
        // Sums over an hour: the third and the last.
        var (early, late) = (0, 0)
        for tick in 1...24 * 60 as ClosedRange<Int64> {
            let now = Timestamp.origin + tick * minute
            for instrument in 0..<instruments {
                while market[instrument].next < now {
                    let (time, moved) = (market[instrument].next, random.oneIn(3))
                    if moved { market[instrument].price += Int64(random.int(-60...60)) }
                    let bid = ExactDecimal(mantissa: market[instrument].price, scale: 2)
                    let ask = ExactDecimal(mantissa: market[instrument].price + 1, scale: 2)
                    store.append(.quote, InstrumentIndex(instrument), time: time.nanoseconds, bid: bid, ask: ask)
                    market[instrument].next = time + random.gap()
                }
            }
            store.advance(to: now)
            if (121...180).contains(tick) { early += store.bytes }
            if tick > 23 * 60 { late += store.bytes }
        }
        #expect(abs(late - early) * 20 < early)
        #expect(store.bytes == store.walkedBytes(instruments))
        #expect(store.appended == store.expired + store.held && store.evicted == 0)
        #expect(store.bytes < Int(store.held) * 9)
    }
}

extension SplitMix64 {
    /// Nanoseconds between two quotes as recorded ones have them: most come in bursts, some after long pauses.
    fileprivate mutating func gap() -> Int64 {
        switch self.int(0...9) {
        case 0...5: Int64.random(in: 100_000...(50 * millisecond), using: &self)
        case 6...8: Int64.random(in: (50 * millisecond)...(3 * second), using: &self)
        default: Int64.random(in: (3 * second)...(60 * second), using: &self)
        }
    }
}
