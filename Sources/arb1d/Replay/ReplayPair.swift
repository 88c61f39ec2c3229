import Core

/// One line of `arb1d replay --pairs`.
struct ReplayPair {
    /// Which pair it is.
    struct Names {
        let symbol: String
        let sellVenue: String
        let buyVenue: String
        let isBasis: Bool

        init(_ pair: PairIndex, in universe: Universe) {
            let entry = universe.pairs[pair.position]
            let (sell, buy) = (universe.instruments[entry.sell.position], universe.instruments[entry.buy.position])
            self.symbol = universe.symbols[sell.symbol.position]
            self.sellVenue = universe.venues[sell.venue.position].name
            self.buyVenue = universe.venues[buy.venue.position].name
            self.isBasis = entry.isBasis
        }

        var key: [String] { [self.symbol, self.sellVenue, self.buyVenue] }
    }

    let names: Names
    let report: PairReport
    let now: Timestamp

    var json: String {
        let (report, reading) = (self.report, self.report.reading)
        let isFresh = report.missing == nil
        let band = reading.band
        return JSONText.object(
            [
                ("symbol", JSONText.text(self.names.symbol)),
                ("sell_venue", JSONText.text(self.names.sellVenue)),
                ("buy_venue", JSONText.text(self.names.buyVenue)),
                ("kind", JSONText.text(self.names.isBasis ? "basis" : "cross")),
                ("state", JSONText.text(reading.status.label)),
                ("reason", JSONText.text(report.missing?.label)),
                ("sell_quote", self.quote(report.sell)),
                ("buy_quote", self.quote(report.buy)),
                ("spread_ratio", JSONText.number(isFresh ? reading.spread : nil)),
                ("net_spread_ratio", JSONText.number(isFresh ? reading.netSpread : nil)),
                ("notional", JSONText.number(isFresh ? reading.notional : nil)),
                ("band_upper_ratio", JSONText.number(band?.upper)),
                ("band_lower_ratio", JSONText.number(band?.lower)),
                ("points", String(report.points)),
                ("leg_age_seconds", self.age(isFresh ? reading.olderLegChangedAt : nil)),
            ] + self.summary
        )
    }

    /// The figures over all evaluations that gave a spread.
    private var summary: [(String, String)] {
        let summary = self.report.summary ?? SpreadSummary()
        let isEmpty = summary.count == 0
        return [
            ("count", String(summary.count)),
            ("first_ratio", JSONText.number(isEmpty ? nil : summary.first)),
            ("last_ratio", JSONText.number(isEmpty ? nil : summary.last)),
            ("least_ratio", JSONText.number(isEmpty ? nil : summary.least)),
            ("greatest_ratio", JSONText.number(isEmpty ? nil : summary.greatest)),
            ("mean_ratio", JSONText.number(summary.mean)),
        ]
    }

    private func quote(_ quote: StandingQuote?) -> String {
        guard let quote else { return "null" }
        return JSONText.object([
            ("bid", JSONText.number(quote.bid)),
            ("bid_size", JSONText.number(quote.bidSize)),
            ("ask", JSONText.number(quote.ask)),
            ("ask_size", JSONText.number(quote.askSize)),
            ("age_seconds", self.age(quote.changedAt)),
            ("proof_age_seconds", self.age(quote.provedAt)),
        ])
    }

    private func age(_ instant: Timestamp?) -> String {
        JSONText.number(instant.map { Double(max(0, self.now.nanoseconds(since: $0))) / 1e9 })
    }
}
