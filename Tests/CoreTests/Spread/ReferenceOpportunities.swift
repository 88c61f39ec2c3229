import Core

/// When a net spread is an opportunity, in the reference's own terms.
struct OpportunityRule {
    var enter = 0.0005
    var exit = 0.0
    var minNotional = 100.0
    var phantomAge = second
    var includesBasis = false
}

/// One thing that happened to a pair, with what was known of the pair then.
struct Moment {
    enum Side { case sell, buy }

    enum Cause: Equatable {
        case quote(Side, at: Timestamp)
        /// A leg became stale, live again, or was withdrawn.
        case mark
        case quarantine
        case delisting
        case shutdown
    }

    let cause: Cause
    /// Engine time.
    let time: Int64
    /// `nil` where there is no spread.
    let figures: (net: Double, notional: Double)?
    let changedAt: (sell: Timestamp, buy: Timestamp)

    var quoted: Side? {
        if case .quote(let side, _) = self.cause { side } else { nil }
    }
}

/// What an opportunity came to, found by looking at the whole past of a pair.
struct ExpectedOpportunity: Equatable {
    var beganAt: Int64
    var endedAt: Int64?
    var net: Double
    var notional: Double
    var legAge: Int64
    var peak: Double
    var reason: String?
}

extension ReferenceEngine {
    mutating func note(_ cause: Moment.Cause, _ pair: Int, at time: Int64) {
        if self.pairs[pair].isOver { return }
        let figures = self.missing(pair) == nil ? self.figures(pair) : nil
        let (sell, buy) = (self.instruments[self.pairs[pair].sell], self.instruments[self.pairs[pair].buy])
        self.pairs[pair].moments.append(
            Moment(
                cause: cause,
                time: time,
                figures: figures.map { ($0.net, $0.notional) },
                changedAt: (sell.changedAt, buy.changedAt)
            )
        )
    }

    /// The engine ends.
    mutating func finish(at now: Timestamp) {
        for pair in self.pairs.indices { self.note(.shutdown, pair, at: now.nanoseconds) }
    }

    /// All opportunities that the pair ever had, in order.
    func opportunities(of pair: Int) -> [ExpectedOpportunity] {
        let (sell, buy) = (self.instruments[self.pairs[pair].sell].venue, self.instruments[self.pairs[pair].buy].venue)
        let isBasis = self.venues[sell].isPerpetual != self.venues[buy].isPerpetual
        guard !isBasis || self.settings.opportunities.includesBasis else { return [] }
        let moments = self.pairs[pair].moments
        var found: [ExpectedOpportunity] = []
        var index = 0
        while let begin = moments[index...].firstIndex(where: self.begins) {
            let end = moments[(begin + 1)...].firstIndex(where: self.ends)
            found.append(self.opportunity(moments, from: begin, to: end))
            guard let end else { break }
            index = end + 1
        }
        return found
    }

    private func begins(_ moment: Moment) -> Bool {
        guard moment.quoted != nil, let (net, notional) = moment.figures else { return false }
        return net >= self.settings.opportunities.enter && notional >= self.settings.opportunities.minNotional
    }

    private func ends(_ moment: Moment) -> Bool {
        switch moment.cause {
        case .quarantine, .delisting, .shutdown: true
        case .mark: moment.figures == nil
        case .quote: (moment.figures?.net ?? -.infinity) < self.settings.opportunities.exit
        }
    }

    private func opportunity(_ moments: [Moment], from begin: Int, to end: Int?) -> ExpectedOpportunity {
        let first = moments[begin]
        let (net, notional) = first.figures ?? (.nan, .nan)
        var legAge: Int64 = 0
        let older: Moment.Side = first.changedAt.sell <= first.changedAt.buy ? .sell : .buy
        if case .quote(_, let instant) = first.cause {
            let changed = [first.changedAt.sell, first.changedAt.buy].sorted()[0]
            legAge = max(0, instant.nanoseconds - changed.nanoseconds)
        }
        let lived = moments[begin..<(end ?? moments.count)]
        let peak = lived.filter { $0.quoted != nil }.compactMap { $0.figures?.net }.sorted().last ?? net
        let reason = end.map { end in
            switch moments[end].cause {
            case .shutdown: return "shutdown"
            case .quarantine: return "quarantined"
            case .delisting: return "delisted"
            case .mark: return "stale"
            case .quote:
                let firstOfOlder = moments[(begin + 1)...].firstIndex { $0.quoted == older }
                let isPhantom = legAge > self.settings.opportunities.phantomAge && firstOfOlder == end
                return isPhantom ? "phantom" : "exit"
            }
        }
        return ExpectedOpportunity(
            beganAt: first.time,
            endedAt: end.map { max(moments[$0].time, first.time) },
            net: net,
            notional: notional,
            legAge: legAge,
            peak: peak,
            reason: reason
        )
    }
}
