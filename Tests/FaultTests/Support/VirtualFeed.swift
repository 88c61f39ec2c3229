import Core
import Simulation
import TestSupport
import Venues

@testable import Feed

/// One venue's feed without sockets, loops or waiting.
///
/// Machine, adapter, walk over frames, intake and channel are arb1d's own; the shell around them does what theirs does.
final class VirtualFeed {
    static let step: Int64 = 10_000_000
    static let sweepEvery: Int64 = 1_000_000_000

    var network: VirtualNetwork
    let venue: String
    let adapterType: any VenueAdapter.Type
    let symbols: SymbolTable
    let names: [String]
    let positions: [String: InstrumentIndex]
    let intake: EventIntake
    let channel = RawChannel(capacity: 100_000, venues: 1) {}
    var machine: SessionMachine
    var adapter: any VenueAdapter
    var walker: FrameWalker
    var generator: FeedGenerator
    var events: EventBuffer = []
    var connection: ConnectionID?
    var silentSince: Int?
    var condemned: LossReason?
    var seeds = SeedSchedule()
    var gate = RestGate()
    /// An answer that comes to nothing, and when that is clear.
    var answerDue: (at: MonotonicInstant, result: Result<Feed.RestResponse, RestError>)?
    var sinceSweep: Int64 = 0
    /// What the registry would show, by printed names.
    var counts: [String: Double] = [:]
    var total = FeedTally()
    /// For how long not everything was whole.
    var downNanoseconds: Int64 = 0

    init(_ adapterType: any VenueAdapter.Type, venue: SimulatedVenue, seed: UInt64) throws {
        self.adapterType = adapterType
        self.venue = venue.rawValue
        self.generator = FeedGenerator(seed: seed)
        self.network = VirtualNetwork(venue: venue, symbols: 10, quotesPerSecond: 40, seed: seed)
        let list = try self.network.get(adapterType.catalog.path(.instruments), startedAt: .never).get()
        self.names = try adapterType.catalog.listing(list.body.span).instruments.map(\.venueSymbol)
        let pairs = self.names.enumerated().map { ($0.element, InstrumentIndex($0.offset)) }
        self.positions = .init(uniqueKeysWithValues: pairs)
        self.symbols = SymbolTable(pairs)
        self.intake = EventIntake(
            venue: VenueIndex(0),
            rule: adapterType.profile.sequence,
            trades: adapterType.profile.trades
        )
        self.machine = SessionMachine(limits: SessionLimits(adapterType.profile))
        self.adapter = adapterType.init(symbols: self.symbols)
        self.walker = FrameWalker()
        for name in self.names { self.intake.add(self.index(name)) }
        self.perform(self.machine.start(at: self.now))
    }

    func index(_ name: String) -> InstrumentIndex { self.positions[name] ?? InstrumentIndex(0) }
    var now: MonotonicInstant { MonotonicInstant(nanoseconds: self.network.moment.nanoseconds) }
    var stamp: Timestamp { Timestamp(nanoseconds: self.network.moment.unixNanoseconds) }

    // MARK: Time

    func pass(seconds: Double) {
        var left = Int64(seconds * 1e9)
        while left > 0 {
            self.step()
            left -= Self.step
        }
    }

    /// Lets time pass until everything is whole.
    ///
    /// - Returns: How many seconds that took; nil when it was not within `limit`.
    func passUntilWhole(limit: Double) -> Double? {
        let begin = self.now
        while !self.isWhole {
            guard self.now.since(begin).inSeconds <= limit else { return nil }
            self.step()
        }
        return self.now.since(begin).inSeconds
    }

    func step() {
        let hangUps = self.network.hangUps
        self.network.pass(nanoseconds: Self.step)
        if self.silentSince != nil, self.network.hangUps > hangUps { self.connectFailed(.http(status: nil)) }
        self.receive()
        if let deadline = self.machine.nextDeadline(at: self.now), deadline <= self.now {
            self.perform(self.machine.tick(at: self.now))
        }
        self.askForSeedsWhenDue()
        self.sinceSweep += Self.step
        if self.sinceSweep >= Self.sweepEvery { self.sweep() }
        self.handOver()
        if !self.isWhole { self.downNanoseconds += Self.step }
    }

    var patience: EventIntake.Patience {
        EventIntake.Patience(repeatStaleAfter: self.adapterType.profile.repeatStaleAfter?.wholeNanoseconds)
    }

    func sweep() {
        let instruments = self.names.map(self.index)
        let elapsed = Double(self.sinceSweep) / 1e9
        self.sinceSweep = 0
        let sweep = self.intake.sweep(instruments, patience: self.patience, elapsed: elapsed, at: self.stamp)
        guard !sweep.silent.isEmpty, self.machine.isOpen else { return }
        self.resubscribe(self.names.filter { sweep.silent.contains(self.index($0)) })
    }

    // MARK: Judging

    /// Whether the connection is live and every instrument has a quote that counts.
    var isWhole: Bool {
        self.machine.phase.isLive
            && self.names.allSatisfy { name in
                switch self.intake.subscription(of: self.index(name)) {
                case .live, .quiet, .seeded: true
                case .requested, .acknowledged, .stale, .refused, nil: false
                }
            }
    }

    /// The largest residual of the stages up to the engine's door.
    var residual: UInt64 {
        let snapshot = self.channel.snapshot()
        return [FlowStage.decode, .feed, .raw].map { snapshot.residual($0) }.max() ?? .max
    }

    /// Frames that the venue sent and that are neither received nor cut off.
    var missingFrames: Int {
        let state = (try? JSONParser.parse(self.network.simulator.stateBody())) ?? .null
        func count(_ name: String) -> Int {
            guard case .number(let text)? = state["venues"]?[self.venue]?[name] else { return -1 }
            return Int(text) ?? -1
        }
        return count("frames_sent") - Int(self.total.framesIn) - self.lost
    }

    /// Frames that arrived for a connection that had ended by then, or were torn: the network's cut-off ones.
    var lost = 0

    func count(_ family: String, _ labels: String, _ amount: Int = 1) {
        let name = "\(family){venue=\"\(self.venue)\"" + (labels.isEmpty ? "}" : ",\(labels)}")
        self.counts[name, default: 0] += Double(amount)
    }
}
