import TestSupport
import Testing

@testable import Core

@Suite("Window cursor")
struct WindowCursorTests {
    @Test("from any instant on gives what is left, and knows what stood before", arguments: Seeds.fresh(8))
    func anyInstant(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (window, storage) = (QuoteWindow(), ChunkStorage())
        var time = Timestamp.origin.nanoseconds
        for serial in 0..<UInt64(random.int(1...1_500)) {
            time += Int64(1) << random.int(0...32)
            random.append(to: &window, &storage, at: time, serial: serial)
            if random.oneIn(400) { _ = window.removeOldest(&storage) }
        }
        let all = Self.walk(WindowCursor(window))
        for _ in 0..<60 {
            let from = Int64.random(in: (Timestamp.origin.nanoseconds - second)...(time + second), using: &random)
            let cursor = WindowCursor(window, from: from)
            var leg = window.past.map { JoinLeg($0) } ?? JoinLeg()
            for element in all where element.time < from { leg.apply(element) }
            #expect(Facts(JoinLeg(cursor.state)) == Facts(leg))
            #expect(Self.walk(cursor).map(\.numbers) == all.filter { $0.time >= from }.map(\.numbers))
        }
        #expect(all.count == window.count)
    }

    @Test("a window that was handed out stays as it was, and shares what it holds", arguments: Seeds.fresh(4))
    func handedOut(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (window, storage) = (QuoteWindow(), ChunkStorage())
        var time = Timestamp.origin.nanoseconds
        var handedOut: [(window: QuoteWindow, quotes: [RetainedQuote], past: QuoteState?)] = []
        for serial in 0..<2_000 as Range<UInt64> {
            time += Int64(random.int(1...1_000_000_000))
            random.append(to: &window, &storage, at: time, serial: serial)
            if random.oneIn(100) { handedOut.append((window, window.quotes, window.past)) }
            if random.oneIn(300) { _ = window.removeOldest(&storage) }
        }
        for (window, quotes, past) in handedOut {
            #expect(window.quotes == quotes)
            #expect(window.past == past)
        }
    }

    @Test("of an empty window gives nothing")
    func empty() {
        var cursor = WindowCursor(QuoteWindow(), from: 0)
        #expect(cursor.next() == nil)
        #expect(cursor.state == QuoteState())
        #expect(QuoteWindow().past == nil)
    }

    private static func walk(_ cursor: WindowCursor<QuoteState>) -> [RetainedElement] {
        var (cursor, elements) = (cursor, [RetainedElement]())
        while let element = cursor.next() { elements.append(element) }
        return elements
    }

    /// What a join sees of a leg: without a quote, no prices.
    private struct Facts: Equatable {
        let usability: JoinLeg.Usability
        let prices: [UInt64]
        let times: [Int64]
        let isStale: Bool

        init(_ leg: JoinLeg) {
            (self.usability, self.isStale) = (leg.usability, leg.isStale)
            self.prices = leg.hasQuote ? [leg.bid.bitPattern, leg.ask.bitPattern] : []
            self.times = [leg.changedAt, leg.time]
        }
    }
}

extension SplitMix64 {
    /// Appends a quote or a mark of any kind.
    fileprivate mutating func append(
        to window: inout QuoteWindow,
        _ storage: inout ChunkStorage,
        at time: Int64,
        serial: UInt64
    ) {
        let span = 1_800 * second
        let marks: [RetainedKind] = [.stale, .live, .withdrawn]
        if self.oneIn(10) {
            let mark = marks[self.int(0...2)]
            _ = window.append(mark, time: time, serial: serial, span: span, storage: &storage)
            return
        }
        let quotes: [RetainedKind] = [.quote, .quote, .quote, .repeated, .unusable]
        let bid = self.price()
        let ask = self.oneIn(5) ? bid : self.price()
        let kind = quotes[self.int(0...4)]
        _ = window.append(
            kind,
            time: time,
            first: bid,
            second: ask,
            serial: serial,
            span: span,
            storage: &storage
        )
    }

    private mutating func price() -> ExactDecimal {
        let isLong = self.oneIn(50)
        let mantissa = isLong ? Int64.random(in: 0...(.max), using: &self) : Int64(self.int(0...30_000))
        return ExactDecimal(mantissa: mantissa, scale: UInt8(self.int(0...(isLong ? 18 : 3))))
    }
}
