import Core
import Endpoints

/// The body of `/api/v1/pairs`: what is watched, best net spread first, then those that have none now.
struct PairsReport {
    /// More are asked for with `?limit=`.
    static let usualLimit = 1_000

    private struct Row {
        let index: Int
        let reading: PairReading
    }

    private let cells: Board.Cells
    private let now: Timestamp
    private let rows: [Row]
    private let limit: Int

    /// Reads the board; the query may narrow it down by `symbol`, `state` and `limit`.
    init(board: Board, request: EndpointRequest, at now: Timestamp) {
        let cells = board.read()
        let (symbol, state) = (request.value(of: "symbol"), request.value(of: "state"))
        var rows: [Row] = []
        for (index, cell) in cells.pairs.enumerated() where cells.universe.pairs[index].isListed {
            if let symbol, Self.symbol(of: index, cells) != symbol { continue }
            let reading = cell.read()
            if let state, reading.status.label != state { continue }
            rows.append(Row(index: index, reading: reading))
        }
        rows.sort { left, right in
            let fresh = (left.reading.status == .fresh, right.reading.status == .fresh)
            guard fresh == (true, true) else { return fresh.0 != fresh.1 ? fresh.0 : left.index < right.index }
            return left.reading.netSpread > right.reading.netSpread
        }
        (self.cells, self.now, self.rows) = (cells, now, rows)
        self.limit = request.value(of: "limit").flatMap(Int.init) ?? Self.usualLimit
    }

    var json: String {
        let shown = self.rows.prefix(max(0, self.limit))
        return JSONText.object([
            ("total", String(self.rows.count)),
            ("shown", String(shown.count)),
            ("pairs", JSONText.array(shown.map(self.object))),
        ]) + "\n"
    }

    private func object(_ row: Row) -> String {
        let entry = self.cells.universe.pairs[row.index]
        let reading = row.reading
        let isFresh = reading.status == .fresh
        let age = Double(self.now.nanoseconds(since: reading.olderLegChangedAt)) / 1e9
        let band = reading.band
        return JSONText.object([
            ("symbol", JSONText.text(Self.symbol(of: row.index, self.cells))),
            ("sell_venue", JSONText.text(self.venue(of: entry.sell))),
            ("buy_venue", JSONText.text(self.venue(of: entry.buy))),
            ("kind", JSONText.text(entry.isBasis ? "basis" : "cross")),
            ("state", JSONText.text(reading.status.label)),
            ("quarantine_reason", JSONText.text(reading.quarantine?.label)),
            ("spread_ratio", JSONText.number(isFresh ? reading.spread : nil)),
            ("net_spread_ratio", JSONText.number(isFresh ? reading.netSpread : nil)),
            ("notional", JSONText.number(isFresh ? reading.notional : nil)),
            ("leg_age_seconds", JSONText.number(isFresh ? max(0, age) : nil)),
            ("proof_age_seconds", JSONText.number(isFresh ? self.proofAge(of: entry) : nil)),
            ("band_upper_ratio", JSONText.number(isFresh ? band?.upper : nil)),
            ("band_lower_ratio", JSONText.number(isFresh ? band?.lower : nil)),
        ])
    }

    /// Seconds since the leg proved longer ago was last known to stand.
    private func proofAge(of entry: PairEntry) -> Double {
        let legs = [entry.sell, entry.buy].map { self.cells.instruments[$0.position].provedAt }
        return max(0, Double(self.now.nanoseconds(since: min(legs[0], legs[1]))) / 1e9)
    }

    private func venue(of instrument: InstrumentIndex) -> String {
        let universe = self.cells.universe
        return universe.venues[universe.instruments[instrument.position].venue.position].name
    }

    private static func symbol(of pair: Int, _ cells: Board.Cells) -> String {
        let entry = cells.universe.pairs[pair]
        return cells.universe.symbols[cells.universe.instruments[entry.sell.position].symbol.position]
    }
}
