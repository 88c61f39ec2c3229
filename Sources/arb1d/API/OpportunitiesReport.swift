import Core
import Endpoints
import Feed

/// The body of `/api/v1/opportunities`: those that last, best net spread first, then the last that ended.
struct OpportunitiesReport {
    let report: OpportunityReport
    let cells: Board.Cells
    let now: Timestamp

    static func route(board: Board, engines: Engines, clock: ReceiveClock) -> Route {
        let prepare: @Sendable (EndpointRequest) async -> Route.Preparation = { _ in
            guard let report = await engines.opportunities() else {
                return .answer(.text("the engine has ended, or has no time for this now\n", status: 503))
            }
            return .computation {
                .json(OpportunitiesReport(report: report, cells: board.read(), now: clock.now).json)
            }
        }
        return Route("/api/v1/opportunities", codes: [200, 503], computing: prepare)
    }

    var json: String {
        let open = self.report.open.map { ($0, self.netSpread(of: $0)) }.sorted { ($0.1 ?? 0) > ($1.1 ?? 0) }
        return JSONText.object([
            ("active", JSONText.array(open.map { self.object($0.0, netSpread: $0.1) })),
            ("ended", JSONText.array(self.report.ended.map { self.object($0, netSpread: nil) })),
        ]) + "\n"
    }

    /// What the pair gives now.
    private func netSpread(of opportunity: Opportunity) -> Double? {
        let reading = self.cells.pairs[opportunity.pair.position].read()
        return reading.status == .fresh ? reading.netSpread : nil
    }

    private func object(_ opportunity: Opportunity, netSpread: Double?) -> String {
        let entry = self.cells.universe.pairs[opportunity.pair.position]
        let universe = self.cells.universe
        let (sell, buy) = (universe.instruments[entry.sell.position], universe.instruments[entry.buy.position])
        return JSONText.object([
            ("symbol", JSONText.text(universe.symbols[sell.symbol.position])),
            ("sell_venue", JSONText.text(universe.venues[sell.venue.position].name)),
            ("buy_venue", JSONText.text(universe.venues[buy.venue.position].name)),
            ("kind", JSONText.text(entry.isBasis ? "basis" : "cross")),
            ("began_at_seconds", JSONText.number(opportunity.beganAt.seconds)),
            ("duration_seconds", JSONText.number(Double(opportunity.duration(at: self.now)) / 1e9)),
            ("end", JSONText.text(opportunity.end?.label)),
            ("net_spread_ratio", JSONText.number(netSpread)),
            ("entry_net_spread_ratio", JSONText.number(opportunity.netSpread)),
            ("peak_net_spread_ratio", JSONText.number(opportunity.peak)),
            ("entry_notional", JSONText.number(opportunity.notional)),
            ("entry_leg_age_seconds", JSONText.number(Double(opportunity.legAge) / 1e9)),
        ])
    }
}
