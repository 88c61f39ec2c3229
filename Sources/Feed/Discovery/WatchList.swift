public import Core
import Venues

/// What we watch on each venue, and how a new answer of one changes it. Pure, and the same for the same answers.
///
/// An instrument goes when it is absent from two answers in a row, so that a venue's slip costs no history. What is
/// watched stays watched for as long as it is listed, whatever its volume, also when no other venue has it any more.
public struct WatchList: Sendable {
    /// What an answer led to.
    public enum Outcome: Equatable, Sendable {
        /// So few of the instruments of before are listed now that the answer is taken for a fault: nothing
        /// changes.
        case implausible(listed: Int, before: Int)
        case accepted(Changes)
    }

    /// What to tell feeds and engine, in this order: `unwatch`, then `watch`; the universe before either.
    public struct Changes: Equatable, Sendable {
        /// Of the venue that answered: no longer listed, or not by that spelling.
        public var unwatch: [InstrumentIndex] = []
        /// By venue.
        public var watch: [[Addition]]
        public var delisted: [String] = []
        /// Watched on under another spelling.
        public var renamed: [String] = []
        /// Absent from this answer for the first time: the next one decides.
        public var missing = 0
        /// The venue's first answer.
        public var isFirst = false
        /// Not added, because more indices than that are not given out.
        public var refused = 0

        public var isEmpty: Bool {
            self.unwatch.isEmpty && self.refused == 0 && self.watch.allSatisfy(\.isEmpty)
        }
    }

    public struct Addition: Equatable, Sendable {
        public let instrument: InstrumentIndex
        public let symbol: String
        public let venueSymbol: String
    }

    private struct Watched {
        let instrument: InstrumentIndex
        let venueSymbol: String
        var isMissing = false
    }

    private struct Venue {
        var listing: VenueListing?
        /// By canonical symbol.
        var watched: [String: Watched] = [:]
    }

    /// The least share of what a venue listed before that it must still list to be believed.
    private static let leastKept = 0.5

    public private(set) var universe: Universe
    private let planner: UniversePlanner
    private var venues: [Venue]
    /// Indices are never used again, so a venue that lists and delists without end would use up memory.
    private let mostInstruments: Int

    /// - Parameters:
    ///   - universe: Its venues are those that will answer.
    ///   - planner: Chooses what to add.
    public init(universe: Universe, planner: UniversePlanner) {
        (self.universe, self.planner) = (universe, planner)
        self.venues = universe.venues.map { _ in Venue() }
        self.mostInstruments = max(1, universe.venues.count) * planner.maxInstrumentsPerVenue * 10
    }

    /// How many instruments are watched on a venue.
    public func count(of venue: Int) -> Int { self.venues[venue].watched.count }

    /// Takes in what a venue lists now.
    public mutating func take(_ answer: VenueListing, of venue: Int) -> Outcome {
        let listed = Dictionary(grouping: answer.listing.instruments, by: \.symbol)
        if let fault = self.fault(in: answer, of: venue) { return fault }
        var changes = Changes(watch: self.venues.map { _ in [] })
        changes.isFirst = self.venues[venue].listing == nil
        self.venues[venue].listing = answer
        for (symbol, watched) in self.venues[venue].watched.sorted(by: Self.isBefore) {
            let spellings = listed[symbol] ?? []
            if spellings.contains(where: { $0.venueSymbol == watched.venueSymbol }) {
                self.venues[venue].watched[symbol]?.isMissing = false
            } else if !watched.isMissing {
                self.venues[venue].watched[symbol]?.isMissing = true
                changes.missing += 1
            } else {
                self.remove(symbol, watched, of: venue, &changes)
                guard let other = Self.mostTraded(spellings, answer) else { continue }
                changes.delisted.removeLast()
                changes.renamed.append(symbol)
                self.add(other, to: venue, &changes)
            }
        }
        self.addPlanned(&changes)
        return .accepted(changes)
    }

    private static func isBefore(_ left: (String, Watched), _ right: (String, Watched)) -> Bool {
        left.1.instrument.position < right.1.instrument.position
    }

    private func fault(in answer: VenueListing, of venue: Int) -> Outcome? {
        let names = Set(answer.listing.instruments.map(\.venueSymbol))
        let before = self.venues[venue].listing?.listing.instruments ?? []
        let kept = before.count { names.contains($0.venueSymbol) }
        let isFault = names.isEmpty || Double(kept) < Self.leastKept * Double(before.count)
        return isFault ? .implausible(listed: names.count, before: before.count) : nil
    }

    private static func mostTraded(_ spellings: [ListedInstrument], _ answer: VenueListing) -> ListedInstrument? {
        spellings.max { left, right in
            let volumes = (answer.volumes[left.venueSymbol] ?? 0, answer.volumes[right.venueSymbol] ?? 0)
            return volumes.0 == volumes.1 ? left.venueSymbol > right.venueSymbol : volumes.0 < volumes.1
        }
    }

    private mutating func remove(_ symbol: String, _ watched: Watched, of venue: Int, _ changes: inout Changes) {
        self.universe.remove(watched.instrument)
        self.venues[venue].watched[symbol] = nil
        changes.unwatch.append(watched.instrument)
        changes.delisted.append(symbol)
    }

    private mutating func addPlanned(_ changes: inout Changes) {
        let watched = self.venues.map { Set($0.watched.keys) }
        for (venue, chosen) in self.planner.plan(self.venues.map(\.listing), watched: watched).enumerated() {
            for listed in chosen { self.add(listed, to: venue, &changes) }
        }
    }

    private mutating func add(_ listed: ListedInstrument, to venue: Int, _ changes: inout Changes) {
        guard self.universe.instruments.count < self.mostInstruments else {
            changes.refused += 1
            return
        }
        // A spelling whose meaning changed is free only once its old one is gone, with the next answer.
        guard !self.venues[venue].watched.values.contains(where: { $0.venueSymbol == listed.venueSymbol }) else {
            return
        }
        let instrument = self.universe.add(
            venue: VenueIndex(venue),
            symbol: listed.symbol,
            venueSymbol: listed.venueSymbol
        )
        guard let instrument else { return }
        self.venues[venue].watched[listed.symbol] = Watched(instrument: instrument, venueSymbol: listed.venueSymbol)
        changes.watch[venue].append(
            Addition(instrument: instrument, symbol: listed.symbol, venueSymbol: listed.venueSymbol)
        )
    }
}
