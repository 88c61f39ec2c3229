import Testing

@testable import Core

@Suite("Window store")
struct WindowStoreTests {
    @Test("gives back every quote exactly and in order, and conserves them", arguments: Seeds.fresh(6))
    func exact(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let instruments = random.int(1...20)
        var store = WindowStore(span: Int64(random.int(1...120)) * second, maxBytes: 1 << 20)
        store.extend(toInstruments: instruments)
        // `nil`: a quote that could not be kept, whose mark takes its place.
        var sent = Array(repeating: [RetainedQuote?](), count: instruments)
        var now = Timestamp.origin
        for step in 1...4_000 {
            now =
                now + (random.oneIn(50) ? Int64(random.int(1...20)) * second : Int64(random.int(1...50)) * millisecond)
            // One instrument is loud, the last ones are quiet.
            let instrument = min(random.int(0...(instruments - 1)), random.int(0...(instruments - 1)))
            let quote = RetainedQuote(time: now, bid: Self.price(&random), ask: Self.price(&random))
            let (index, unheld) = (InstrumentIndex(instrument), store.unheld)
            store.append(.quote, index, time: now.nanoseconds, bid: quote.bid, ask: quote.ask)
            let isKept = store.unheld == unheld
            #expect(isKept == Self.fitSideBySide(quote.bid, quote.ask))
            sent[instrument].append(isKept ? quote : nil)
            if random.oneIn(30) { store.advance(to: now) }
            guard step % 100 == 0 else { continue }
            #expect(store.appended == store.expired + store.evicted + store.unheld + store.held)
            var (held, bytes) = (0, 0)
            for (instrument, sent) in sent.enumerated() {
                let extent = store.extent(of: InstrumentIndex(instrument), at: now)
                (held, bytes) = (held + extent.quotes, bytes + extent.bytes)
                let kept = sent.suffix(extent.quotes).compactMap(\.self)
                let standing = sent.dropLast(extent.quotes).compactMap(\.self).suffix(1)
                #expect(store.quotes(of: InstrumentIndex(instrument)) == standing + kept)
                guard case .some(.some(let oldest)) = sent.suffix(extent.quotes).first else { continue }
                #expect(extent.span == now.nanoseconds(since: oldest.time))
            }
            #expect(store.held == UInt64(held))
            #expect(store.bytes == bytes)
        }
    }

    @Test("expires and evicts whole chunks exactly as the model does", arguments: Seeds.fresh(4))
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let instruments = random.int(2...200)
        let span = Int64(random.int(5...100)) * second
        var store = WindowStore(span: span, maxBytes: 1 << 20)
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
        var store = WindowStore(span: 3_600 * second, maxBytes: 1 << 20)
        store.extend(toInstruments: 2)
        let one = ExactDecimal(mantissa: 1, scale: 0)
        var now = Timestamp.origin
        for _ in 0..<3 {
            now = now + 1
            store.keep(one, of: 1, at: now)
        }
        let quiet = store.quotes(of: InstrumentIndex(1))
        while store.evicted == 0, store.appended < 100_000 {
            now = now + 1
            store.keep(one, of: 0, at: now)
        }
        // The quiet instrument's only chunk was begun first; then the loud one's until the new chunk has room.
        #expect(store.evicted == 3 + 8 + 16 + 32)
        #expect(store.quotes(of: InstrumentIndex(1)) == quiet.suffix(1))
        #expect(store.extent(of: InstrumentIndex(1), at: now).quotes == 0)
        #expect(store.expired == 0)
        store.keep(one, of: 1, at: now)
        #expect(store.quotes(of: InstrumentIndex(1)).count == 2)
    }

    @Test("lets a silent instrument's window advance, and never forgets the quote that stands")
    func silence() {
        var store = WindowStore(span: 10 * second, maxBytes: 1 << 20)
        store.extend(toInstruments: 1)
        for step in 0..<100 {
            let price = ExactDecimal(mantissa: Int64(1_001 + step), scale: 2)
            store.keep(price, of: 0, at: .origin + Int64(step))
        }
        store.advance(to: .origin + 10 * second + 7)
        #expect(store.held == 100, "the first chunk's newest quote is exactly as old as the span")
        store.advance(to: .origin + 10 * second + 8)
        #expect(store.held == 92)
        store.advance(to: .origin + 1_000 * second)
        #expect(store.held == 0)
        #expect(store.expired == 100)
        #expect(store.bytes == 0)
        #expect(store.quotes(of: InstrumentIndex(0)).map(\.bid.description) == ["11"])
        store.advance(to: .origin + 100_000 * second)
        #expect(store.quotes(of: InstrumentIndex(0)).count == 1)
    }

    @Test("writes prices in the finest scale seen, so that a trimmed zero begins no chunk")
    func trimmedZeros() throws {
        var store = WindowStore(span: second, maxBytes: 1 << 20)
        store.extend(toInstruments: 1)
        let prices = ["100.01", "100.1", "100", "100.02", "99.9", "100", "100.11", "98"]
        for (index, text) in prices.enumerated() {
            let price = try ExactDecimal(text)
            store.keep(price, of: 0, at: .origin + Int64(index))
        }
        #expect(store.bytes == 8 * 25)
        #expect(store.quotes(of: InstrumentIndex(0)).map(\.ask.description) == prices)
    }

    @Test("gives prices that are too long for the finest scale chunks of their own, and loses none")
    func tooLongForFinestScale() throws {
        var store = WindowStore(span: second, maxBytes: 1 << 20)
        store.extend(toInstruments: 1)
        let prices = [
            "0.000000000000000001", "9000000000000000000", "1.5", "9000000000000000000", "1.000000000000000001",
        ]
        for (index, text) in prices.enumerated() {
            let price = try ExactDecimal(text)
            store.keep(price, of: 0, at: .origin + Int64(index))
        }
        #expect(store.quotes(of: InstrumentIndex(0)).map(\.bid.description) == prices)
        let fine = try ExactDecimal("0.000000000000000001")
        let long = try ExactDecimal("9000000000000000000")
        store.append(.quote, InstrumentIndex(0), time: (.origin + 9).nanoseconds, bid: fine, ask: long)
        #expect(store.unheld == 1, "no scale holds both")
        #expect(store.appended == 5 + 2, "the quote, and the mark that it left")
        #expect(store.held == 5 + 1)
        #expect(store.quotes(of: InstrumentIndex(0)).count == 5)
    }

    private static func price(_ random: inout SplitMix64) -> ExactDecimal {
        let mantissa =
            random.oneIn(100) ? Int64.random(in: 0...(.max), using: &random) : Int64(random.int(0...2_000_000))
        return ExactDecimal(mantissa: mantissa, scale: UInt8(random.oneIn(40) ? random.int(0...18) : random.int(0...4)))
    }

    private static func fitSideBySide(_ bid: ExactDecimal, _ ask: ExactDecimal) -> Bool {
        [(bid, ask), (ask, bid)].allSatisfy { own, other in
            let zeros = max(0, Int(other.scale) - Int(own.scale))
            return Int64(String(own.mantissa) + String(repeating: "0", count: zeros)) != nil || own.mantissa == 0
        }
    }
}

extension WindowStore {
    /// Appends a quote with `price` on both sides, which must fit.
    fileprivate mutating func keep(_ price: ExactDecimal, of instrument: Int, at time: Timestamp) {
        let before = self.unheld
        self.append(.quote, InstrumentIndex(instrument), time: time.nanoseconds, bid: price, ask: price)
        if self.unheld != before { Issue.record("not kept: \(price)") }
    }
}
