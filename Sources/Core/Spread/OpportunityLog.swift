/// Which pairs have an opportunity now, and the last ones that ended.
struct OpportunityLog: Sendable {
    /// Pairs with one, in no order.
    private(set) var open: [PairIndex] = []
    /// A ring once it is full: the oldest stands at `head`.
    private var ended: [Opportunity] = []
    private var head = 0
    private let kept: Int

    /// - Parameter kept: How many ended ones are remembered.
    init(kept: Int) { self.kept = kept }

    mutating func begin(_ pair: PairIndex) { self.open.append(pair) }

    mutating func end(_ opportunity: Opportunity) {
        if let index = self.open.firstIndex(of: opportunity.pair) {
            self.open.swapAt(index, self.open.count - 1)
            self.open.removeLast()
        }
        guard self.kept > 0 else { return }
        guard self.ended.count == self.kept else { return self.ended.append(opportunity) }
        self.ended[self.head] = opportunity
        self.head = self.head + 1 == self.kept ? 0 : self.head + 1
    }

    /// The last ones, the youngest end first.
    var lastEnded: [Opportunity] { (self.ended[self.head...] + self.ended[..<self.head]).reversed() }
}

/// The opportunities of all pairs at one moment.
public struct OpportunityReport: Sendable, Equatable {
    /// In no order.
    public let open: [Opportunity]
    /// The last ones that ended, the youngest end first.
    public let ended: [Opportunity]

    init(open: [Opportunity], ended: [Opportunity]) { (self.open, self.ended) = (open, ended) }

    /// What the engines of several shards tell, as one of them would that had all pairs and kept as many.
    public init(merging reports: [OpportunityReport], kept: Int) {
        self.open = reports.flatMap(\.open)
        let ended = reports.flatMap(\.ended)
        // One engine's are in order already, also those that ended at one time.
        let sorted = reports.count == 1 ? ended : ended.sorted { ($0.endedAt ?? .never) > ($1.endedAt ?? .never) }
        self.ended = Array(sorted.prefix(kept))
    }
}
