import Core
import Logging
import Metrics
import NIOCore
import NIOEmbedded
import Synchronization
import TestSupport

@testable import Feed

/// A venue's whole feed against a virtual exchange: the real sessions, adapters, intake and channel, in virtual time.
final class VirtualWorld {
    /// Time as the feed reads it.
    private final class Time: Sendable {
        let nanoseconds = Atomic<Int64>(1_000_000_000)
    }

    let exchange: VirtualExchange
    let feed: VenueFeed
    let channel: RawChannel
    private let registry = Registry()
    private let time = Time()
    private let loop = EmbeddedEventLoop()
    private let step: Duration
    /// What the engine would know of each instrument.
    private(set) var prices: [InstrumentIndex: ExactDecimal] = [:]
    private(set) var stale: Set<InstrumentIndex> = []
    private(set) var marks: [StaleReason: Int] = [:]
    private(set) var trades = 0

    init(
        _ dialect: VirtualDialect,
        symbols: Int = 4,
        step: Duration = .milliseconds(10),
        seed: UInt64 = 1,
        configure: (inout VenueSettings) -> Void = { _ in }
    ) {
        self.step = step
        let time = self.time
        let clock = ReceiveClock(
            readingWall: { 1_700_000_000_000_000_000 + time.nanoseconds.load(ordering: .relaxed) },
            readingMonotonic: { time.nanoseconds.load(ordering: .relaxed) }
        )
        self.exchange = VirtualExchange(dialect, symbols: symbols, loop: self.loop, clock: clock)
        self.channel = RawChannel(capacity: 100_000, venues: 1) {}
        var settings = VenueSettings()
        settings.seed = seed
        configure(&settings)
        self.feed = VenueFeed(
            adapter: dialect.adapter,
            index: VenueIndex(0),
            settings: settings,
            eventLoop: self.loop,
            channel: self.channel,
            rest: self.exchange,
            clock: clock,
            budget: nil,
            metrics: FeedMetrics(self.registry),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            connector: .success(self.exchange)
        )
        self.feed.watch(self.exchange.books.indices.map { (InstrumentIndex($0), self.exchange.books[$0].name) })
    }

    var now: MonotonicInstant { MonotonicInstant(nanoseconds: self.time.nanoseconds.load(ordering: .relaxed)) }

    /// Lets time pass; `act` is called at each step.
    func run(_ duration: Duration, _ act: () -> Void = {}) {
        let end = self.now.advanced(by: duration)
        while self.now < end {
            self.time.nanoseconds.wrappingAdd(self.step.wholeNanoseconds, ordering: .relaxed)
            self.loop.advanceTime(by: .nanoseconds(self.step.wholeNanoseconds))
            act()
            self.exchange.listen()
            self.drain()
        }
    }

    /// Ends the feed, so that nothing of it waits for ever.
    func finish() {
        let done = self.loop.makePromise(of: Void.self)
        self.feed.onLoop { $0.close(within: .seconds(1), done) }
        self.run(.seconds(2))
    }

    private func drain() {
        var (batch, displaced): ([RawElement], [InstrumentIndex]) = ([], [])
        _ = self.channel.take(into: &batch, displaced: &displaced, completed: EngineTally())
        for element in batch {
            switch element.payload {
            case .quote(let quote):
                self.prices[quote.instrument] = quote.bid
                self.stale.remove(quote.instrument)
            case .stale(let instrument, let reason, _):
                self.stale.insert(instrument)
                self.marks[reason, default: 0] += 1
            case .trade: self.trades += 1
            default: break
            }
        }
    }

    /// Whether the engine would know every book as it is, and as known to stand.
    var isWhole: Bool {
        self.stale.isEmpty
            && self.exchange.books.indices.allSatisfy { position in
                let bid = ExactDecimal(mantissa: Int64(self.exchange.books[position].bid), scale: 0)
                return self.prices[InstrumentIndex(position)] == bid
            }
    }

    func value(_ series: String) -> Double {
        let text = String(decoding: self.registry.render(), as: UTF8.self)
        MovedFamilies.note(text)
        for line in text.split(separator: "\n") where line.hasPrefix(series + " ") {
            return Double(line.dropFirst(series.utf8.count + 1)) ?? -1
        }
        return -1
    }

    /// One of the venue's own series without further labels.
    func count(_ family: String, _ labels: String = "") -> Double {
        self.value("\(family){venue=\"\(self.exchange.dialect.rawValue)\"\(labels)}")
    }
}
