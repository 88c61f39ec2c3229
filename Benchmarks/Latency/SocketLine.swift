import Core
import Dispatch
import Feed
import Logging
import Metrics
import NIOCore
import NIOPosix
import Venues

/// The daemon's own parts from the socket to the cells, for one symbol: Binance's quotes come from a port of this host,
/// and one quote of Bybit stands, so that each gives two spreads.
final class SocketLine {
    private static let symbol = "BTCUSDT"
    private static let (binance, bybit) = (VenueIndex(0), VenueIndex(1))

    private let arrivals: Arrivals
    private let clock = ReceiveClock()
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let registry = Registry()
    private let board: Board
    private let channel: RawChannel
    private let engine: EngineThread
    private let feed: VenueFeed
    private let pulse: FeedPulse
    private let instruments: [InstrumentIndex]

    init(port: Int, arrivals: Arrivals) {
        self.arrivals = arrivals
        var universe = Universe(venues: [Self.venue("binance"), Self.venue("bybit")])
        self.instruments = [Self.binance, Self.bybit].map {
            guard let instrument = universe.add(venue: $0, symbol: Self.symbol, venueSymbol: Self.symbol) else {
                preconditionFailure("a symbol came twice")
            }
            return instrument
        }
        self.board = Self.board(universe, self.registry, arrivals)
        let bell = DispatchSemaphore(value: 0)
        self.channel = RawChannel(capacity: 100_000, venues: 2, wake: { bell.signal() })
        self.engine = EngineThread(
            0,
            channel: self.channel,
            updates: UpdateChannel(capacity: 1000, venues: 2, wake: {}),
            latest: LatestUniverse(universe),
            bell: bell,
            pace: EnginePace(self.registry)
        )
        let logger = Logger(label: "latency") { _ in SwiftLogNoOpLogHandler() }
        let metrics = FeedMetrics(self.registry)
        self.feed = VenueFeed(
            adapter: BinanceAdapter.self,
            index: Self.binance,
            settings: VenueSettings(webSocketBase: "ws://localhost:\(port)"),
            eventLoop: self.loops.any(),
            channel: self.channel,
            rest: NoRest(),
            clock: self.clock,
            metrics: metrics,
            logger: logger
        )
        self.pulse = FeedPulse(
            loop: 0,
            eventLoop: self.loops.any(),
            channel: self.channel,
            clock: self.clock,
            metrics: metrics,
            logger: logger
        )
    }

    /// Connects and reads until all quotes are in, or so many seconds are over; whether they are.
    func run(seconds: Int) async -> Bool {
        self.arrivals.compare { self.clock.now }
        self.quoteOtherLeg()
        let (engine, board, clock) = (self.engine, self.board, self.clock)
        let band = BandSettings(upper: Self.quantile("0.97"), lower: Self.quantile("0.03"))
        let running = Task {
            let settings = EngineSettings(band: band)
            await engine.run(settings: settings, board: board, clock: { clock.now }, heartbeat: { _, _ in })
        }
        self.pulse.start()
        self.feed.watch([(self.instruments[0], Self.symbol)])
        for _ in 0..<(seconds * 20) where !self.arrivals.isComplete { try? await Task.sleep(for: .milliseconds(50)) }
        await self.feed.stop()
        self.channel.finish()
        await running.value
        self.pulse.stop()
        try? await self.loops.shutdownGracefully()
        return self.arrivals.isComplete
    }

    private func quoteOtherLeg() {
        let size = ExactDecimal(mantissa: 1, scale: 0)
        let quote = Quote(
            instrument: self.instruments[1],
            bid: ExactDecimal(mantissa: 67_850, scale: 0),
            bidSize: size,
            ask: ExactDecimal(mantissa: 67_851, scale: 0),
            askSize: size,
            sequence: 1,
            receivedAt: self.clock.now
        )
        var (batch, tally) = ([RawElement(.quote(quote), venue: Self.bybit)], FeedTally())
        tally.countEvent(.quote)
        self.channel.send(&batch, tally: &tally, venue: Self.bybit)
    }

    private static func venue(_ name: String) -> VenueEntry {
        VenueEntry(name: name, isPerpetual: false, fee: 0.001, repeatStaleAfter: nil)
    }

    private static func quantile(_ text: String) -> Quantile {
        guard let decimal = try? ExactDecimal(ascii: Array(text.utf8).span), let quantile = Quantile(decimal) else {
            preconditionFailure("\(text) is no quantile")
        }
        return quantile
    }

    /// As the daemon's, but that what is measured from receiving to the cells is told to `arrivals` too.
    private static func board(_ universe: Universe, _ registry: Registry, _ arrivals: Arrivals) -> Board {
        let family = { name, buckets in registry.histogram(name, help: "As the daemon's.", buckets: buckets) }
        let legAge = HistogramRecorder(histogram: family("leg_age_seconds", Buckets.legAgeSeconds), isSole: true)
        let endToEnd = HistogramRecorder(histogram: family("end_to_end_seconds", Buckets.pipelineSeconds), isSole: true)
        return Board(
            universe: universe,
            legAge: { sell, buy in sell == buy ? nil : legAge },
            endToEnd: { _ in Both(first: endToEnd, second: arrivals) }
        )
    }
}

/// Tells two recorders.
private final class Both: DurationRecorder {
    private let first: HistogramRecorder
    private let second: Arrivals

    init(first: HistogramRecorder, second: Arrivals) { (self.first, self.second) = (first, second) }

    func record(nanoseconds: Int64) { self.first.record(nanoseconds: nanoseconds) }

    func record(nanoseconds: Int64, of quote: QuoteOrigin) {
        self.first.record(nanoseconds: nanoseconds, of: quote)
        self.second.record(nanoseconds: nanoseconds, of: quote)
    }
}

/// There is nobody to ask.
private struct NoRest: RestTransport {
    func send(_ request: RestRequest) async throws(RestError) -> RestResponse { throw .refused }

    func send(
        _ request: RestRequest,
        completion: @escaping @Sendable (Result<RestResponse, RestError>) -> Void
    ) { completion(.failure(.refused)) }
}
