import Testing

/// One way for a venue to misbehave, and what is expected of arb1d: a row of the fault matrix.
public struct FaultRow: Sendable, CustomTestStringConvertible {
    /// What shows that it was noticed: a counter that has risen.
    public struct Evidence: Sendable {
        public let family: String
        /// Label pairs as printed, without the venue: `reason="reset"`.
        public let labels: String

        public init(_ family: String, _ labels: String = "") { (self.family, self.labels) = (family, labels) }

        public var text: String { self.labels.isEmpty ? self.family : "\(self.family){\(self.labels)}" }

        /// What it counts for a venue, among samples by their printed names.
        public func count(of venue: String, in samples: [String: Double]) -> Double {
            let wanted = ["venue=\"\(venue)\""] + self.labels.split(separator: ",").map(String.init)
            return samples.reduce(0) { sum, sample in
                let isMeant =
                    sample.key.hasPrefix(self.family + "{") && wanted.allSatisfy { sample.key.contains($0) }
                return isMeant ? sum + sample.value : sum
            }
        }
    }

    /// In the words of the page.
    public let name: String
    /// What exchange-sim is told, one after the other, with `{venue}`, `{symbol}` and `{other}` to be filled in.
    public let orders: [String]
    /// How long it lasts until it is healed; 0: it is over at once.
    public let seconds: Double
    /// The same over real sockets, where arb1d is set to be less patient.
    public let realSeconds: Double
    /// What arb1d does.
    public let reaction: String
    /// After it is over, everything is whole again within so many seconds, at any venue.
    public let bound: Double
    /// By venue; `""` stands for all that are not named.
    public let shown: [String: Evidence]
    /// What must have happened before, as ordered here, and what shows that it has.
    public private(set) var before: (orders: [String], shown: Evidence)?
    /// Ordered when it is healed, to have everything as it was.
    public private(set) var undoing: [String] = []
    /// Ordered when it is healed over real sockets, where nobody waits for as long as arb1d may take by itself.
    public private(set) var hurrying: [String] = []

    init(
        _ name: String,
        _ orders: [String],
        lasts seconds: Double = 0,
        real realSeconds: Double? = nil,
        _ reaction: String,
        within bound: Double,
        shown: [String: Evidence]
    ) {
        self.name = name
        self.orders = orders
        self.seconds = seconds
        self.realSeconds = realSeconds ?? seconds
        self.reaction = reaction
        self.bound = bound
        self.shown = shown
    }

    public var testDescription: String { self.name }

    /// Nil: nothing can show it, or nothing needs to.
    public func evidence(at venue: String) -> Evidence? { self.shown[venue] ?? self.shown[""] }

    public func orders(at venue: String) -> [String] { Self.fill(self.orders, venue) }

    /// Orders with their blanks filled in: one symbol keeps its listing for other rows, the other does not.
    public static func fill(_ orders: [String], _ venue: String) -> [String] {
        orders.map {
            $0.replacing("{venue}", with: venue).replacing("{symbol}", with: "BTCUSDT").replacing(
                "{other}",
                with: "ETHUSDT"
            )
        }
    }

    func after(_ orders: [String], shown: Evidence) -> FaultRow {
        var row = self
        row.before = (orders: orders, shown: shown)
        return row
    }

    func undone(by orders: [String]) -> FaultRow {
        var row = self
        row.undoing = orders
        return row
    }

    func hurried(by orders: [String]) -> FaultRow {
        var row = self
        row.hurrying = orders
        return row
    }
}
