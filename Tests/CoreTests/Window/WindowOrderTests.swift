import Testing

@testable import Core

@Suite("Window store over a long time")
struct WindowOrderTests {
    @Test("evicts in the order of beginning also after thousands of chunks have expired")
    func evictionAfterExpiry() {
        var store = WindowStore(span: second, tradeSpan: second, maxBytes: 1 << 20)
        store.extend(toInstruments: 2)
        var now = Timestamp.origin
        for _ in 0..<5_000 {
            now = now + 2 * second
            // The chunk before has expired, so this quote begins the next.
            store.advance(to: now)
            Self.keep(0, at: now, in: &store)
        }
        #expect(store.held == 1)
        #expect(store.expired == 4_999)
        #expect(store.evicted == 0)
        while store.evicted == 0, store.appended < 1_000_000 {
            now = now + 1
            Self.keep(1, at: now, in: &store)
        }
        #expect(store.extent(of: InstrumentIndex(0), at: now).quotes == 0, "its chunk was begun first")
        #expect(store.quotes(of: InstrumentIndex(0)).count == 1, "what stood there last is kept")
        #expect(store.bytes <= 1 << 20)
        #expect(store.appended == store.expired + store.evicted + store.held)
    }

    private static func keep(_ instrument: Int, at time: Timestamp, in store: inout WindowStore) {
        let price = ExactDecimal(mantissa: 1, scale: 0)
        store.append(.quote, InstrumentIndex(instrument), time: time.nanoseconds, bid: price, ask: price)
    }
}
