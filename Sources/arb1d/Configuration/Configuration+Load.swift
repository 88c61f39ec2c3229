import Core
import Logging
import Venues

extension Configuration {
    /// Reads the settings of `yaml`, overridden by the environment.
    ///
    /// - Throws: Everything that is wrong with them, at once.
    static func load(
        yaml: String,
        file: String,
        environment: [String: String]
    ) throws(ConfigurationError) -> Configuration {
        var reader = ConfigurationReader(tree: ConfigurationTree(yaml: yaml), environment: environment)
        var configuration = Configuration.defaults
        configuration.readListener(&reader)
        configuration.readVenues(&reader)
        configuration.readDiscovery(&reader)
        configuration.readPoints(&reader)
        configuration.readBand(&reader)
        configuration.readQuality(&reader)
        configuration.readLimits(&reader)
        configuration.readLifecycle(&reader)
        configuration.readChart(&reader)
        configuration.readSeries(&reader)
        configuration.readAlerts(&reader)
        configuration.readWebhooks(&reader)
        configuration.externalURL = reader.scalar(
            "external_url",
            expected: "an address such as https://arb1d.example.com"
        ) { Self.base($0, schemes: ["http://", "https://"]) }
        reader.reportUnknownKeys()
        reader.reportUnknownVariables()
        guard reader.problems.isEmpty else { throw ConfigurationError(file: file, problems: reader.problems) }
        return configuration
    }

    /// What holds where nothing is said; no venues.
    static var defaults: Configuration {
        guard let upper = Quantile(ExactDecimal(mantissa: 97, scale: 2)),
            let lower = Quantile(ExactDecimal(mantissa: 3, scale: 2))
        else { preconditionFailure("0.97 and 0.03 are quantiles") }
        return Configuration(engine: EngineSettings(band: BandSettings(upper: upper, lower: lower)))
    }

    private mutating func readListener(_ reader: inout ConfigurationReader) {
        let expected = "an address and a port such as 127.0.0.1:5000"
        guard let address = reader.scalar("listen", expected: expected, parse: Units.address) else { return }
        (self.listenHost, self.listenPort) = address
    }

    private mutating func readVenues(_ reader: inout ConfigurationReader) {
        let known = VenueRegistry.all.map { $0.profile.name }
        let names = reader.keys(of: "venues") ?? []
        if names.isEmpty, reader.problems.isEmpty {
            reader.report(
                "venues",
                reader.line(of: "venues"),
                "no venue is named",
                "name at least two of: \(known.joined(separator: ", "))"
            )
        } else if names.count == 1 {
            reader.report(
                "venues",
                reader.line(of: "venues"),
                "only one venue is named, and a spread needs two",
                "name another of: \(known.joined(separator: ", "))"
            )
        }
        for name in names {
            let path = "venues." + name
            guard known.contains(name) else {
                reader.report(
                    path,
                    reader.line(of: path),
                    "unknown venue",
                    "write one of: \(known.joined(separator: ", "))"
                )
                continue
            }
            _ = reader.keys(of: path)
            self.venues.append(Self.venue(name, path: path, &reader))
        }
    }

    private static func venue(_ name: String, path: String, _ reader: inout ConfigurationReader) -> VenueChoice {
        var choice = VenueChoice(name: name)
        choice.restBase = reader.scalar(path + ".rest", expected: "an address such as https://api.example.com") {
            Self.base($0, schemes: ["http://", "https://"])
        }
        choice.webSocketBase = reader.scalar(
            path + ".websocket",
            expected: "an address such as wss://stream.example.com:9443"
        ) { Self.base($0, schemes: ["ws://", "wss://"]) }
        choice.fee = reader.scalar(path + ".fee", expected: "a ratio from 0 to below 0.1, such as 0.001") {
            Double($0).flatMap { $0 >= 0 && $0 < 0.1 ? $0 : nil }
        }
        choice.deadAfter = reader.scalar(path + ".dead_after", expected: "a duration from 1s, such as 20s") {
            Units.duration($0).flatMap { $0 >= .seconds(1) ? $0 : nil }
        }
        choice.caFile = reader.scalar(path + ".ca_file", expected: "the path of a PEM file") { $0.isEmpty ? nil : $0 }
        choice.readConnections(path, &reader)
        return choice
    }

    private mutating func readDiscovery(_ reader: inout ConfigurationReader) {
        if let quotes = reader.list("discovery.quotes") { self.quotes = quotes }
        if let symbols = reader.list("discovery.symbols") { self.symbols = symbols }
        if self.quotes.isEmpty {
            let origin = reader.line(of: "discovery.quotes")
            reader.report("discovery.quotes", origin, "an empty list", "name at least one quote asset, such as USDT")
        }
        let volume = reader.scalar("discovery.min_volume", expected: "a number from 0, in the quote asset") {
            Double($0).flatMap { $0 >= 0 && $0.isFinite ? $0 : nil }
        }
        if let volume { self.minVolume = volume }
        if let count = reader.count("discovery.max_instruments", 1...100_000) { self.maxInstruments = count }
        if let count = reader.count("shard.count", 1...1_000) { self.shardCount = count }
        let interval = reader.scalar("discovery.interval", expected: "a duration from 1s, such as 10m, or off") {
            text -> Duration?? in
            if text == "off" || text == "false" || text == "0" { return .some(nil) }
            return Units.duration(text).flatMap { $0 >= .seconds(1) ? $0 : nil }
        }
        if let interval { self.discoveryInterval = interval }
    }

    private mutating func readPoints(_ reader: inout ConfigurationReader) {
        if let every = reader.duration("points.every") { self.engine.points.every = every.wholeNanoseconds }
        let legs = reader.scalar("points.by", expected: "both or sell") { text -> PointLegs? in
            switch text {
            case "both": .both
            case "sell": .sell
            default: nil
            }
        }
        if let legs { self.engine.points.by = legs }
        let maxAge = reader.scalar("points.max_age", expected: "a duration such as 2s, or off") { text -> Int64?? in
            if text == "off" || text == "false" { return .some(nil) }  // YAML 1.1 reads a bare off as a Boolean.
            return Units.duration(text).map { $0.wholeNanoseconds }
        }
        if let maxAge { self.engine.points.maxAge = maxAge }
    }

    private mutating func readBand(_ reader: inout ConfigurationReader) {
        let points = reader.count("band.points", 1...100_000)
        if let points { self.engine.band.points = points }
        let window = reader.scalar("band.window", expected: "a duration up to 15m, such as 5m") {
            Units.duration($0).flatMap { (.seconds(1)...Duration.seconds(900)).contains($0) ? $0 : nil }
        }
        if let window {
            (self.engine.band.points, self.engine.band.maxAge) = (nil, window.wholeNanoseconds)
            for key in ["band.points", "band.max_age"] where reader.isGiven(key) {
                reader.report(
                    "band.window",
                    reader.line(of: "band.window"),
                    "given together with \(key)",
                    "keep one of the two: band.window takes all points of a duration"
                )
            }
        }
        let age = reader.duration("band.max_age")
        if let age, window == nil { self.engine.band.maxAge = age.wholeNanoseconds }
        if let points = reader.count("band.min_points", 1...100_000) { self.engine.band.minPoints = points }
        if let upper = reader.quantile("band.upper") { self.engine.band.upper = upper }
        if let lower = reader.quantile("band.lower") { self.engine.band.lower = lower }
        if let most = self.engine.band.points, self.engine.band.minPoints > most {
            reader.report(
                "band.min_points",
                reader.line(of: "band.min_points"),
                "\(self.engine.band.minPoints) is more than band.points (\(most)): no band ever",
                "make band.min_points smaller or band.points larger"
            )
        }
        if self.engine.band.lower.index(in: 1_000_000) >= self.engine.band.upper.index(in: 1_000_000) {
            reader.report(
                "band.lower",
                reader.line(of: "band.lower"),
                "not below band.upper",
                "write a lower quantile such as 0.03 and an upper one such as 0.97"
            )
        }
    }

    private mutating func readLimits(_ reader: inout ConfigurationReader) {
        let span = reader.scalar("window.span", expected: "a duration from 1s, such as 30m") {
            Units.duration($0).flatMap { $0 >= .seconds(1) ? $0 : nil }
        }
        if let span { self.engine.windowSpan = span.wholeNanoseconds }
        let bytes = reader.scalar("window.max_bytes", expected: "a size from 1MiB, such as 256MiB") {
            Units.bytes($0).flatMap { $0 >= 1 << 20 ? $0 : nil }
        }
        if let bytes { self.engine.windowMaxBytes = bytes }
        if let capacity = reader.count("channel.capacity", 1_000...10_000_000) { self.channelCapacity = capacity }
        let policies = OverflowPolicy.allCases.map(\.rawValue).joined(separator: " or ")
        let overflow = reader.scalar("channel.overflow", expected: policies) { OverflowPolicy(rawValue: $0) }
        if let overflow { self.channelOverflow = overflow }
        if let shards = reader.count("engine.shards", 1...SymbolShard.most) { self.engineShards = shards }
        self.checkShards(&reader)
    }

    /// What the shards have together is what is declared: windows are divided, channels add up.
    private func checkShards(_ reader: inout ConfigurationReader) {
        if self.engine.windowMaxBytes / self.engineShards < 1 << 20 {
            reader.report(
                "window.max_bytes",
                reader.line(of: "window.max_bytes"),
                "less than 1MiB for each of the \(self.engineShards) engines that share it",
                "write at least \(self.engineShards)MiB, or make engine.shards smaller"
            )
        }
        let most = 10_000_000
        if self.channelCapacity * self.engineShards > most {
            reader.report(
                "engine.shards",
                reader.line(of: "engine.shards"),
                "\(self.engineShards) channels of \(self.channelCapacity) events hold more than \(most)",
                "make channel.capacity or engine.shards smaller"
            )
        }
    }

    private mutating func readLifecycle(_ reader: inout ConfigurationReader) {
        if let grace = reader.duration("ready.grace") { self.readyGrace = grace }
        if let timeout = reader.duration("liveness.timeout") { self.livenessTimeout = timeout }
        if let deadline = reader.duration("shutdown.deadline") { self.shutdownDeadline = deadline }
        if let delay = reader.duration("shutdown.delay") { self.shutdownDelay = delay }
        if self.shutdownDelay >= self.shutdownDeadline {
            reader.report(
                "shutdown.delay",
                reader.line(of: "shutdown.delay"),
                "not shorter than shutdown.deadline",
                "leave time to drain: make the delay shorter or the deadline longer"
            )
        }
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        let level = reader.scalar("log.level", expected: "one of: \(levels)") { Logger.Level(rawValue: $0) }
        if let level { self.logLevel = level }
        if let limit = reader.duration("log.slow_above") { self.slowAbove = limit }
    }

    /// Scheme, host and port without a trailing slash, or `nil`.
    private static func base(_ text: String, schemes: [String]) -> String? {
        guard let scheme = schemes.first(where: text.hasPrefix) else { return nil }
        let host = text.dropFirst(scheme.count)
        guard !host.isEmpty, !host.contains(" "), !host.contains("@"), host.first != "/" else { return nil }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

extension ConfigurationReader {
    mutating func duration(_ path: String) -> Duration? {
        self.scalar(path, expected: "a duration with its unit, such as 250ms, 10s or 15m", parse: Units.duration)
    }

    mutating func count(_ path: String, _ range: ClosedRange<Int>) -> Int? {
        self.scalar(path, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    fileprivate mutating func quantile(_ path: String) -> Quantile? {
        self.scalar(path, expected: "a quantile above 0 and below 1, such as 0.97") { text in
            (try? ExactDecimal(ascii: Array(text.utf8).span)).flatMap(Quantile.init)
        }
    }
}
