import TestSupport
import Testing

@testable import Core

@Suite("Trade windows")
struct TradeWindowTests {
    @Test("give back every trade exactly and in order, for at most 14 bytes each", arguments: Seeds.fresh(4))
    func exact(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var store = WindowStore(span: second, tradeSpan: .max, maxBytes: 1 << 30)
        store.extend(toInstruments: 1)
        var (sent, now, price): ([RetainedTrade], Timestamp, Int64) = ([], .origin, 6_700_000)
        for _ in 0..<5_000 {
            now = now + (Int64(1) << random.int(0...32))
            price += Int64(random.int(-200...200))
            // Sizes of all magnitudes, to eight decimal places.
            let size = Int64.random(in: 1...(1 << random.int(1...40)), using: &random)
            let trade = RetainedTrade(
                time: now,
                price: ExactDecimal(mantissa: price, scale: 2),
                size: ExactDecimal(mantissa: size, scale: 8),
                taker: random.oneIn(2) ? .buy : .sell
            )
            sent.append(trade)
            store.take(trade, of: 0)
        }
        #expect(store.trades(of: InstrumentIndex(0)) == sent)
        #expect(store.bytes <= 14 * sent.count)
        #expect(store.extent(of: InstrumentIndex(0), at: now) == .init(trades: sent.count, bytes: store.bytes))
    }

    @Test("give back any price and size", arguments: Seeds.fresh(4))
    func anything(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var store = WindowStore(span: second, tradeSpan: .max, maxBytes: 1 << 30)
        store.extend(toInstruments: 1)
        let sent = (0..<2_000).map { step in
            func number() -> ExactDecimal {
                let mantissa = Int64(bitPattern: random.next() >> UInt64(random.int(0...63)))
                return ExactDecimal(mantissa: mantissa, scale: UInt8(random.int(0...18)))
            }
            return RetainedTrade(time: .origin + Int64(step), price: number(), size: number(), taker: .sell)
        }
        for trade in sent { store.take(trade, of: 0) }
        #expect(store.trades(of: InstrumentIndex(0)) == sent)
    }

    @Test("keep trades for a time of their own, and count them in one ledger with the quotes")
    func spans() {
        var store = WindowStore(span: 100 * second, tradeSpan: 10 * second, maxBytes: 1 << 20)
        store.extend(toInstruments: 2)
        let one = ExactDecimal(mantissa: 1, scale: 0)
        for step in 0..<1_000 as Range<Int64> {
            let now = Timestamp.origin + step * 50 * millisecond
            store.append(.quote, InstrumentIndex(0), time: now.nanoseconds, bid: one, ask: one)
            store.take(RetainedTrade(time: now, price: one, size: one, taker: .buy), of: Int(step % 2))
        }
        let now = Timestamp.origin + 50 * second
        store.advance(to: now)
        let (first, second) = (
            store.extent(of: InstrumentIndex(0), at: now), store.extent(of: InstrumentIndex(1), at: now)
        )
        #expect(first.quotes == 1_000 && second.quotes == 0)
        // The last ten seconds hold 200 trades, those before what is left of a chunk.
        for trades in [first.trades, second.trades] { #expect((100...190).contains(trades)) }
        #expect(store.held == UInt64(1_000 + first.trades + second.trades))
        #expect(store.appended == 2_000)
        #expect(store.expired == store.appended - store.held)
        store.advance(to: now + 1_000 * CoreTests.second)
        #expect(store.held == 0 && store.bytes == 0)
    }

    @Test("and quotes share a budget: the chunk begun first goes, of whichever sort")
    func budget() {
        var store = WindowStore(span: .max, tradeSpan: .max, maxBytes: 1 << 20)
        store.extend(toInstruments: 2)
        let one = ExactDecimal(mantissa: 1, scale: 0)
        store.take(RetainedTrade(time: .origin, price: one, size: one, taker: .buy), of: 1)
        store.append(.quote, InstrumentIndex(1), time: 1, bid: one, ask: one)
        var step: Int64 = 0
        while store.evicted < 3 {
            step += 1
            store.take(RetainedTrade(time: .origin + step, price: one, size: one, taker: .buy), of: 0)
        }
        let extent = store.extent(of: InstrumentIndex(1), at: .origin)
        #expect(extent == WindowStore.Extent())
        #expect(store.quotes(of: InstrumentIndex(1)).count == 1, "what stood last is kept")
        // The rest was the loud one's own.
        #expect(store.trades(of: InstrumentIndex(0)).first?.time == .origin + Int64(store.evicted - 2 + 1))
        #expect(store.bytes <= 1 << 20)
    }
}

extension WindowStore {
    fileprivate mutating func take(_ trade: RetainedTrade, of instrument: Int) {
        let reported = Trade(
            instrument: InstrumentIndex(instrument),
            price: trade.price,
            size: trade.size,
            taker: trade.taker,
            id: 0,
            exchangeTime: .never,
            receivedAt: trade.time
        )
        self.append(reported, time: trade.time.nanoseconds)
    }
}
