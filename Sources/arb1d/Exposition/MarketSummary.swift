import Core

/// What a person wants to know first, read from the engine's cells and the channel's ledger at one moment.
struct MarketSummary: Sendable {
    /// A fresh pair and what it is worth now.
    struct Row: Sendable {
        let symbol: String
        let sellVenue: String
        let buyVenue: String
        let spread: Double
        let netSpread: Double
        let notional: Double
        let legAgeSeconds: Double
        let isBasis: Bool
    }

    let best: [Row]
    let freshPairs: Int
    let quotes: UInt64
    let quotesPerSecond: Double
    let drops: UInt64
    let residual: UInt64

    /// Reads the board and the ledgers; `count` is how many of the best pairs to name.
    init(board: Board, sources: FlowSources, quotesPerSecond: Double, best count: Int, at now: Timestamp) {
        let (flow, updates) = sources.read()
        let cells = board.read()
        var fresh: [(index: Int, reading: PairReading)] = []
        for (index, cell) in cells.pairs.enumerated() where cells.universe.pairs[index].isListed {
            let reading = cell.read()
            if reading.status == .fresh { fresh.append((index, reading)) }
        }
        self.freshPairs = fresh.count
        fresh.sort { $0.reading.netSpread > $1.reading.netSpread }
        let universe = cells.universe
        self.best = fresh.prefix(count).map { index, reading in
            let entry = universe.pairs[index]
            let (sell, buy) = (universe.instruments[entry.sell.position], universe.instruments[entry.buy.position])
            return Row(
                symbol: universe.symbols[sell.symbol.position],
                sellVenue: universe.venues[sell.venue.position].name,
                buyVenue: universe.venues[buy.venue.position].name,
                spread: reading.spread,
                netSpread: reading.netSpread,
                notional: reading.notional,
                legAgeSeconds: max(0, Double(now.nanoseconds(since: reading.olderLegChangedAt)) / 1e9),
                isBasis: entry.isBasis
            )
        }
        self.quotes = flow.quotes
        self.quotesPerSecond = quotesPerSecond
        self.drops = flow.drops
        self.residual = sources.stages(flow, updates).map(\.residual).max() ?? 0
    }

    /// One flat JSON object: the body of `/api/health`.
    func json(status: String) -> String {
        let row = self.best.first
        let fields: [(String, String)] = [
            ("status", JSONText.text(status)),
            ("best_net_ratio", JSONText.number(row?.netSpread)),
            ("best_symbol", JSONText.text(row?.symbol)),
            ("best_sell_venue", JSONText.text(row?.sellVenue)),
            ("best_buy_venue", JSONText.text(row?.buyVenue)),
            ("best_leg_age_seconds", JSONText.number(row?.legAgeSeconds)),
            ("quotes_per_second", JSONText.number(self.quotesPerSecond)),
            ("quotes_total", String(self.quotes)),
            ("drops_total", String(self.drops)),
            ("residual", String(self.residual)),
            ("pairs_fresh", String(self.freshPairs)),
        ]
        return JSONText.object(fields) + "\n"
    }
}

extension FlowSnapshot {
    /// Quotes decoded from frames, of all venues.
    var quotes: UInt64 { self.feeds.reduce(0) { $0 &+ $1.events(.quote) } }

    /// Everything that was lost: displaced from the channel, evicted from a window, or cut off by the end.
    var drops: UInt64 {
        let whole = self.whole
        return [whole.displaced, whole.conflated, whole.refused].reduce(0) { $0 &+ $1.reduce(0, &+) }
            &+ whole.engine.windowEvicted
    }
}
