import Metrics

/// The families that ``MarketCollector`` fills, in the order of their raw values.
enum MarketFamily: Int, CaseIterable {
    case bid, ask
    case spread, netSpread, notional, bandUpper, bandLower, bandWidth
    case netMax, pairs
    case evaluations, spreadMissing, points, pointsMissing, breaches
    case opportunities, opportunitiesEnded, opportunitiesActive
    case flagged, stale, late, fee
    case windowQuotes, windowTrades, windowBytes, windowSpan, windowExits
    case engineBatches

    /// The gauges of an instrument and of a pair: those of one come and go together.
    static let ofInstruments: [MarketFamily] = [.bid, .ask]
    static let ofPairs: [MarketFamily] = [.spread, .netSpread, .notional, .bandUpper, .bandLower, .bandWidth]

    private static let pairLabels = ["symbol", "sell_venue", "buy_venue"]
    private static let venuePairLabels = ["sell_venue", "buy_venue"]

    var description: SampledFamily {
        switch self {
        case .bid:
            Self.gauge("arb1d_top_of_book_bid", "Best bid in the quote asset.", ["venue", "symbol"])
        case .ask:
            Self.gauge("arb1d_top_of_book_ask", "Best ask in the quote asset.", ["venue", "symbol"])
        case .spread:
            Self.gauge(
                "arb1d_cross_spread_ratio",
                "Bid of the sell venue over ask of the buy venue, less 1. Signed: above 0 pays before fees.",
                Self.pairLabels
            )
        case .netSpread:
            Self.gauge(
                "arb1d_cross_spread_net_ratio",
                "The cross spread after both venues' taker fees. Signed: above 0 pays after fees.",
                Self.pairLabels
            )
        case .notional:
            Self.gauge(
                "arb1d_cross_spread_notional",
                "What the top of both books lets through, in the quote asset; 0 where a venue gave no size.",
                Self.pairLabels
            )
        case .bandUpper:
            Self.gauge("arb1d_band_upper_ratio", "Upper quantile of the pair's last points. Signed.", Self.pairLabels)
        case .bandLower:
            Self.gauge("arb1d_band_lower_ratio", "Lower quantile of the pair's last points. Signed.", Self.pairLabels)
        case .bandWidth:
            Self.gauge("arb1d_band_width_ratio", "Upper less lower quantile of the pair.", Self.pairLabels)
        case .netMax:
            Self.gauge(
                "arb1d_cross_spread_net_max_ratio",
                "Highest net spread among the fresh pairs of two venues. Signed.",
                Self.venuePairLabels
            )
        case .pairs:
            Self.gauge("arb1d_pairs", "Ordered pairs by what they are now.", Self.venuePairLabels + ["state"])
        case .evaluations:
            Self.counter("arb1d_spread_evaluations_total", "Evaluations asked for by a quote.", Self.venuePairLabels)
        case .spreadMissing:
            Self.counter(
                "arb1d_spread_missing_total",
                "Evaluations that gave no spread, by reason.",
                Self.venuePairLabels + ["reason"]
            )
        case .points:
            Self.counter("arb1d_points_total", "Points made.", Self.venuePairLabels)
        case .pointsMissing:
            Self.counter(
                "arb1d_points_missing_total",
                "Quotes that made no point though their slot was free, by reason.",
                Self.venuePairLabels + ["reason"]
            )
        case .breaches:
            Self.counter(
                "arb1d_band_breaches_total",
                "Points outside the band as it was before them.",
                Self.venuePairLabels + ["side"]
            )
        case .opportunities:
            Self.counter("arb1d_opportunities_total", "Opportunities that began.", Self.venuePairLabels)
        case .opportunitiesEnded:
            Self.counter(
                "arb1d_opportunities_ended_total",
                "Opportunities that ended, by reason; phantom: the older leg was old already when it began.",
                Self.venuePairLabels + ["reason"]
            )
        case .opportunitiesActive:
            Self.gauge("arb1d_opportunities_active", "Opportunities that last.", Self.venuePairLabels)
        case .flagged:
            Self.counter(
                "arb1d_feed_quotes_flagged_total",
                "Accepted quotes with a flag.",
                ["venue", "flag"]
            )
        case .stale:
            Self.counter(
                "arb1d_legs_stale_total",
                "Standing quotes that were no longer known to stand, by reason.",
                ["venue", "reason"]
            )
        case .late:
            Self.counter(
                "arb1d_engine_times_raised_total",
                "Events not received after their symbol's last one: the engine puts them right behind it.",
                ["venue", "order"]
            )
        case .fee: Self.gauge("arb1d_venue_fee_ratio", "Taker fee used for net spreads.", ["venue"])
        case .windowQuotes: Self.gauge("arb1d_window_quotes", "Quotes held in the windows.", ["venue"])
        case .windowTrades: Self.gauge("arb1d_window_trades", "Trades held in the windows.", ["venue"])
        case .windowBytes: Self.gauge("arb1d_window_bytes", "Bytes of the windows' chunks.", ["venue"])
        case .windowSpan:
            Self.gauge("arb1d_window_span_seconds", "Shortest history among the venue's instruments.", ["venue"])
        case .windowExits:
            Self.counter(
                "arb1d_window_evicted_quotes_total",
                "Quotes and marks that left the windows: for their age, for the byte budget, or with their instrument.",
                ["venue", "reason"]
            )
        case .engineBatches: Self.counter("arb1d_engine_batches_total", "Batches that the engine took.", ["shard"])
        }
    }

    private static func gauge(_ name: String, _ help: String, _ labels: [String]) -> SampledFamily {
        SampledFamily(name, kind: .gauge, help: help, labels: labels)
    }

    private static func counter(_ name: String, _ help: String, _ labels: [String]) -> SampledFamily {
        SampledFamily(name, kind: .counter, help: help, labels: labels)
    }
}
