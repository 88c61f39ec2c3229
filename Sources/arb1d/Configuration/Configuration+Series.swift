import Chart

extension Configuration {
    /// Which pairs have their gauges.
    enum PairChoice: Sendable, Equatable {
        /// All while they fit, else the best that fit.
        case auto
        case all
        /// So many of the best by net spread.
        case top(Int)
        case list([ChartKey])
    }

    /// How many series are exported, and which.
    struct SeriesChoice: Sendable, Equatable {
        var limit = 50_000
        var pairs = PairChoice.auto
        /// Those that are exported whatever their rank.
        var always: [ChartKey] = []
        /// Most series of the metrics that libraries bring along, out of the limit.
        var libraries = 1_000
        /// Whether OpenMetrics gets `_created` samples, each of which is one more series.
        var showsCreated = false
    }

    mutating func readSeries(_ reader: inout ConfigurationReader) {
        _ = reader.keys(of: "metrics")
        if let limit = reader.count("metrics.series_limit", 100...10_000_000) { self.series.limit = limit }
        let venues = self.venues.map(\.name)
        self.series.always = reader.pairs("metrics.always", among: venues)
        self.readPairs(&reader, venues)
        if let libraries = reader.count("metrics.library_series", 0...1_000_000) { self.series.libraries = libraries }
        let created = reader.scalar("metrics.created_timestamps", expected: "true or false") { Bool($0) }
        if let created { self.series.showsCreated = created }
    }

    private mutating func readPairs(_ reader: inout ConfigurationReader, _ venues: [String]) {
        let top = reader.count("metrics.pairs.top", 1...1_000_000)
        let words = reader.list("metrics.pairs")
        if let top { self.series.pairs = .top(top) }
        guard let words else { return }
        if top != nil {
            reader.report(
                "metrics.pairs.top",
                reader.line(of: "metrics.pairs.top"),
                "given together with metrics.pairs",
                "keep one of the two"
            )
        }
        switch words {
        case ["auto"]: self.series.pairs = .auto
        case ["all"]: self.series.pairs = .all
        default:
            let hint = "auto, all, {top: 100}, or a list of SYMBOL:SELL_VENUE:BUY_VENUE"
            self.series.pairs = .list(reader.pairs("metrics.pairs", among: venues, expected: hint))
        }
    }

    /// The section `metrics` of the file.
    var seriesLines: [String] {
        func list(_ keys: [ChartKey]) -> String {
            let texts = keys.map { LogLine.quoted("\($0.symbol):\($0.exchange1):\($0.exchange2)") }
            return "[" + texts.joined(separator: ", ") + "]"
        }
        let pairs =
            switch self.series.pairs {
            case .auto: "auto"
            case .all: "all"
            case .top(let count): "{top: \(count)}"
            case .list(let keys): list(keys)
            }
        return [
            "metrics:",
            "  series_limit: \(self.series.limit)",
            "  pairs: \(pairs)",
            "  always: \(list(self.series.always))",
            "  library_series: \(self.series.libraries)",
            "  created_timestamps: \(self.series.showsCreated)",
        ]
    }
}

extension ConfigurationReader {
    /// Reads a list of pairs of two of these venues.
    mutating func pairs(
        _ path: String,
        among venues: [String],
        expected: String = "SYMBOL:SELL_VENUE:BUY_VENUE"
    ) -> [ChartKey] {
        var pairs: [ChartKey] = []
        for text in self.list(path) ?? [] {
            guard let key = ChartKey(text) else {
                self.report(path, self.line(of: path), "\"\(text.prefix(100))\" is no pair", "write \(expected)")
                continue
            }
            pairs.append(key)
            for venue in [key.exchange1, key.exchange2] where !venues.contains(venue) {
                self.report(
                    path,
                    self.line(of: path),
                    "\"\(venue)\" is not among the venues",
                    "write one of: \(venues.joined(separator: ", "))"
                )
            }
        }
        return pairs
    }
}
