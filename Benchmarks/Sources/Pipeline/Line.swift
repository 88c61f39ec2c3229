public import Core
import Metrics
import Venues

/// The daemon's own parts in their order, without sockets: adapter, intake, raw channel, engine.
///
/// One thread may feed while another drives; ``feed(_:from:to:)`` belongs to the one, the engine to the other.
public final class Line {
    public let universe: Universe
    public let channel: RawChannel
    public let board: Board
    private let settings: EngineSettings
    private var intakes: [EventIntake]
    private var adapters: [any VenueAdapter] = []
    private var events: EventBuffer = []

    /// - Parameters:
    ///   - symbols: How many, each on all three venues.
    ///   - settings: Of the engine; by default with a point at every quote.
    ///   - hasHistograms: Whether durations are observed; counters and cells are always there.
    ///   - wake: Called when elements come and the engine sleeps.
    public init(
        symbols: Int,
        settings: EngineSettings = Line.settings,
        hasHistograms: Bool = true,
        wake: @escaping @Sendable () -> Void = {}
    ) {
        self.settings = settings
        let types = FrameMarket.venues.compactMap { VenueRegistry.adapter(named: $0) }
        precondition(types.count == FrameMarket.venues.count, "an adapter is missing")
        var universe = Universe(
            venues: types.map { type in
                let profile = type.profile
                return VenueEntry(
                    name: profile.name,
                    isPerpetual: profile.market == .perpetual,
                    fee: profile.takerFee.ratio,
                    repeatStaleAfter: profile.repeatStaleAfter?.wholeNanoseconds
                )
            }
        )
        self.intakes = types.indices.map { EventIntake(venue: VenueIndex($0), rule: types[$0].profile.sequence) }
        var tables = types.map { _ in [(venueSymbol: String, instrument: InstrumentIndex)]() }
        for symbol in 0..<symbols {
            for venue in types.indices {
                let name = FrameMarket.venueSymbol(symbol, venue: venue)
                guard
                    let instrument = universe.add(
                        venue: VenueIndex(venue),
                        symbol: FrameMarket.symbol(symbol),
                        venueSymbol: name
                    )
                else { preconditionFailure("a symbol came twice") }
                tables[venue].append((name, instrument))
                self.intakes[venue].add(instrument)
            }
        }
        self.universe = universe
        self.adapters = types.indices.map { types[$0].init(symbols: SymbolTable(tables[$0])) }
        self.channel = RawChannel(capacity: 100_000, venues: types.count, wake: wake)
        self.board = hasHistograms ? Board(universe: universe, registry: Registry()) : Board(universe: universe)
        self.events.reserveCapacity(1024)
    }

    /// The engine for this line.
    public func makeEngine() -> SpreadEngine {
        SpreadEngine(universe: self.universe, settings: self.settings, board: self.board)
    }

    /// Those of the daemon, but with a point at every quote.
    public static var settings: EngineSettings {
        var settings = EngineSettings(band: BandSettings(upper: Self.quantile("0.97"), lower: Self.quantile("0.03")))
        settings.points.every = 0
        return settings
    }

    public static func quantile(_ text: String) -> Quantile {
        guard let decimal = try? ExactDecimal(ascii: Array(text.utf8).span), let quantile = Quantile(decimal) else {
            preconditionFailure("\(text) is no quantile")
        }
        return quantile
    }

    /// Decodes and judges frames, and hands them over burst by burst, as a feed loop does.
    ///
    /// - Parameters:
    ///   - market: Where the frames are.
    ///   - first: The first of them.
    ///   - end: The one after the last.
    ///   - instant: When they were received; by default each burst now.
    /// - Returns: How many elements were handed over.
    @discardableResult
    public func feed(
        _ market: borrowing FrameMarket,
        from first: Int,
        to end: Int,
        at instant: Timestamp? = nil
    ) -> Int {
        let frames = market.bytes.span
        var (handed, frame) = (0, first)
        while frame < end {
            let venue = market.venue(ofBurst: frame / FrameMarket.burst)
            let now = instant ?? Measure.now()
            let last = min(end, (frame / FrameMarket.burst + 1) * FrameMarket.burst)
            while frame < last {
                let bytes = frames.extracting((frame == 0 ? 0 : market.ends[frame - 1])..<market.ends[frame])
                do throws(FrameError) {
                    try self.intakes[venue].receive(bytes, with: &self.adapters[venue], into: &self.events, at: now)
                } catch { preconditionFailure("a frame of ours is \(error)") }
                frame += 1
            }
            handed += self.intakes[venue].batch.count
            self.intakes[venue].handOver(to: self.channel)
        }
        return handed
    }

    /// Sends the heartbeat that a feed loop sends every second.
    public func beat(at instant: Timestamp) {
        var (batch, tally) = ([RawElement(.heartbeat(loop: 0, sentAt: instant), venue: .none)], FeedTally())
        tally.synthetic = 1
        self.channel.send(&batch, tally: &tally, venue: .none)
    }
}
