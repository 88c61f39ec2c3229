import TestSupport
import Testing

@testable import Core

@Suite("Window store")
struct WindowStoreTests {
    @Test("gives back every quote exactly and in order, and conserves them", arguments: Seeds.fresh(6))
    func exact(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let instruments = random.int(1...20)
        var store = WindowStore(span: Int64(random.int(1...120)) * second, tradeSpan: second, maxBytes: 1 << 20)
        store.extend(toInstruments: instruments)
        var sent = Array(repeating: [RetainedQuote](), count: instruments)
        var now = Timestamp.origin
        for step in 1...4_000 {
            now =
                now + (random.oneIn(50) ? Int64(random.int(1...20)) * second : Int64(random.int(1...50)) * millisecond)
            // One instrument is loud, the last ones are quiet.
            let instrument = min(random.int(0...(instruments - 1)), random.int(0...(instruments - 1)))
            let quote = RetainedQuote(time: now, bid: Self.price(&random), ask: Self.price(&random))
            let index = InstrumentIndex(instrument)
            store.append(.quote, index, time: now.nanoseconds, bid: quote.bid, ask: quote.ask)
            sent[instrument].append(quote)
            if random.oneIn(30) { store.advance(to: now) }
            guard step % 100 == 0 else { continue }
            #expect(store.appended == store.expired + store.evicted + store.held)
            var (held, bytes) = (0, 0)
            for (instrument, sent) in sent.enumerated() {
                let extent = store.extent(of: InstrumentIndex(instrument), at: now)
                (held, bytes) = (held + extent.quotes, bytes + extent.bytes)
                let kept = sent.suffix(extent.quotes)
                #expect(store.quotes(of: InstrumentIndex(instrument)) == sent.dropLast(extent.quotes).suffix(1) + kept)
                #expect(extent.span == kept.first.map { now.nanoseconds(since: $0.time) })
            }
            #expect(store.held == UInt64(held))
            #expect(store.bytes == bytes)
            #expect(store.bytes == store.walkedBytes(instruments))
        }
    }

    @Test("expires and evicts whole chunks exactly as the model does", arguments: Seeds.fresh(4))
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let instruments = random.int(2...200)
        let span = Int64(random.int(5...100)) * second
        var store = WindowStore(span: span, tradeSpan: second, maxBytes: 1 << 20)
        store.extend(toInstruments: instruments)
        var model = WindowModel(instruments: instruments, span: span, maxBytes: 1 << 20)
        var now = Timestamp.origin
        for step in 1...50_000 {
            now = now + Int64(random.int(1...2_000)) * 1_000
            let instrument = min(random.int(0...(instruments - 1)), random.int(0...(instruments - 1)))
            let price = ExactDecimal(mantissa: Int64(step), scale: 0)
            store.keep(price, of: instrument, at: now)
            model.append(RetainedQuote(time: now, bid: price, ask: price), of: instrument)
            if store.bytes > 1 << 20 { Issue.record("over the budget: \(store.bytes)") }
            if step % 5_000 == 0 {
                now = now + Int64(random.int(0...20)) * second
                store.advance(to: now)
                model.advance(to: now)
                #expect(store.bytes == model.bytes)
                #expect(
                    [store.appended, store.expired, store.evicted].map(Int.init) == [
                        model.appended, model.expired, model.evicted,
                    ]
                )
            }
        }
        #expect(store.appended == store.expired + store.evicted + store.held)
        for instrument in 0..<instruments {
            #expect(store.quotes(of: InstrumentIndex(instrument)) == model.quotes(of: instrument))
        }
    }

    @Test("evicts the chunk begun first, whoever it belongs to, and keeps what stood there last")
    func eviction() {
        var store = WindowStore(span: 3_600 * second, tradeSpan: second, maxBytes: 1 << 20)
        store.extend(toInstruments: 2)
        let one = ExactDecimal(mantissa: 1, scale: 0)
        var now = Timestamp.origin
        for _ in 0..<3 {
            now = now + 1
            store.keep(one, of: 1, at: now)
        }
        let quiet = store.quotes(of: InstrumentIndex(1))
        while store.evicted == 0, store.appended < 1_000_000 {
            now = now + 1
            store.keep(ExactDecimal(mantissa: Int64(store.appended) - 2, scale: 0), of: 0, at: now)
        }
        // The quiet instrument's only chunk was begun first; then the loud one's first.
        #expect(store.evicted > 3)
        #expect(store.quotes(of: InstrumentIndex(0)).first?.bid.mantissa == Int64(store.evicted - 3))
        #expect(store.quotes(of: InstrumentIndex(1)) == quiet.suffix(1))
        #expect(store.extent(of: InstrumentIndex(1), at: now).quotes == 0)
        #expect(store.expired == 0)
        store.keep(one, of: 1, at: now)
        #expect(store.quotes(of: InstrumentIndex(1)).count == 2)
    }

    @Test("counts its bytes also when its lists are copied because they were handed out")
    func handedOutBytes() {
        var store = WindowStore(span: 3_600 * second, tradeSpan: second, maxBytes: 1 << 20)
        store.extend(toInstruments: 1)
        var handedOut = store.window(of: InstrumentIndex(0))
        var worst = 0
        for step in 0..<20_000 as Range<Int64> {
            let now = Timestamp.origin + step * 10_000_000
            store.keep(ExactDecimal(mantissa: 1_000 + step % 7, scale: 2), of: 0, at: now)
            if step % 3 == 0 { handedOut = store.window(of: InstrumentIndex(0)) }
            worst = max(worst, abs(store.bytes - store.extent(of: InstrumentIndex(0), at: now).bytes))
        }
        #expect(handedOut.count > 0)
        // No more than one list's spare room, however often.
        #expect(worst < 2_000)
    }

    @Test("lets a silent instrument's window advance, and never forgets the quote that stands")
    func silence() {
        var store = WindowStore(span: 10 * second, tradeSpan: second, maxBytes: 1 << 20)
        store.extend(toInstruments: 1)
        for step in 0..<100 {
            let price = ExactDecimal(mantissa: Int64(1_001 + step), scale: 2)
            store.keep(price, of: 0, at: .origin + Int64(step))
        }
        // No chunk leaves before its newest quote is older than the span.
        store.advance(to: .origin + 10 * second)
        #expect(store.held == 100)
        store.advance(to: .origin + 10 * second + 99)
        #expect(0 < store.held && store.held < 100)
        #expect(store.quotes(of: InstrumentIndex(0)).count == Int(store.held) + 1)
        store.advance(to: .origin + 1_000 * second)
        #expect(store.held == 0)
        #expect(store.expired == 100)
        #expect(store.bytes == 0)
        #expect(store.quotes(of: InstrumentIndex(0)).map(\.bid.description) == ["11"])
        store.advance(to: .origin + 100_000 * second)
        #expect(store.quotes(of: InstrumentIndex(0)).count == 1)
    }

    @Test("gives back every price there is, whatever stood before", arguments: Seeds.fresh(4))
    func anyPrice(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var store = WindowStore(span: .max, tradeSpan: 1, maxBytes: 1 << 30)
        store.extend(toInstruments: 1)
        let mantissas: [Int64] = [0, 1, -1, .max, .min, 999_999_999_999_999_999, 9_000_000_000_000_000_000]
        var sent: [RetainedQuote] = []
        for step in 0..<5_000 as Range<Int64> {
            func price() -> ExactDecimal {
                let mantissa = random.oneIn(2) ? mantissas[random.int(0...6)] : Int64(random.int(0...20_000))
                return ExactDecimal(mantissa: mantissa, scale: UInt8(random.int(0...18)))
            }
            sent.append(RetainedQuote(time: .origin + step, bid: price(), ask: price()))
        }
        for quote in sent {
            let time = quote.time.nanoseconds
            store.append(.quote, InstrumentIndex(0), time: time, bid: quote.bid, ask: quote.ask)
        }
        #expect(store.quotes(of: InstrumentIndex(0)) == sent)
    }

    @Test("spends nothing on zeros that prices lack, and little on one odd price")
    func scales() throws {
        var even = WindowStore.one()
        var odd = WindowStore.one()
        for step in 1...2_000 as ClosedRange<Int64> {
            let price = ExactDecimal(mantissa: 10_000 + step % 7, scale: 2)
            even.keep(price, of: 0, at: .origin + step * millisecond)
            let isOdd = step == 500
            odd.keep(isOdd ? try ExactDecimal("0.000000000000000001") : price, of: 0, at: .origin + step * millisecond)
        }
        #expect(even.bytes < 2_000 * 7, "100 and 100.01 are of one scale")
        #expect(odd.bytes < 2_000 * 8, "a chunk that begins after the odd price forgets its scale")
        #expect(
            odd.quotes(of: InstrumentIndex(0)).map(\.bid.description)[499...501] == [
                "0.000000000000000001", "100.04", "100.05",
            ]
        )
    }

    private static func price(_ random: inout SplitMix64) -> ExactDecimal {
        let mantissa =
            random.oneIn(100) ? Int64.random(in: 0...(.max), using: &random) : Int64(random.int(0...2_000_000))
        return ExactDecimal(mantissa: mantissa, scale: UInt8(random.oneIn(40) ? random.int(0...18) : random.int(0...4)))
    }
}

extension WindowStore {
    /// For one instrument, for ever.
    fileprivate static func one() -> WindowStore {
        var store = WindowStore(span: .max, tradeSpan: 1, maxBytes: 1 << 30)
        store.extend(toInstruments: 1)
        return store
    }

    /// Appends a quote with `price` on both sides.
    fileprivate mutating func keep(_ price: ExactDecimal, of instrument: Int, at time: Timestamp) {
        self.append(.quote, InstrumentIndex(instrument), time: time.nanoseconds, bid: price, ask: price)
    }

    /// What the chunks of the first instruments cost, array by array.
    func walkedBytes(_ instruments: Int) -> Int {
        (0..<instruments).reduce(0) { bytes, instrument in
            let index = InstrumentIndex(instrument)
            return bytes + self.window(of: index).walkedBytes + self.tradeWindow(of: index).walkedBytes
        }
    }
}

extension ElementWindow {
    /// An array has a header of 32 bytes, in a block with a header of 8; an empty one is shared by all.
    ///
    /// The bytes fill their array: what the allocator may add to it by chance is left out.
    fileprivate var walkedBytes: Int {
        let places = self.chunks.capacity
        let list = places == 0 ? 0 : 40 + places * MemoryLayout<WindowChunk<State>>.stride
        return self.chunks.reduce(list) { $0 + 40 + $1.bytes.count }
    }
}
