import Alerts
import Chart
import Core
import Logging
import Venues

extension Configuration {
    /// The settings in force in the form of the file, which reads back to the same but for what is secret.
    ///
    /// Addresses with credentials are refused when they are read; of a webhook's only the host is shown.
    var yaml: String {
        var lines = ["listen: \(Self.quoted(self.listenAddress))", "venues:"]
        for venue in self.venues {
            let profile = VenueRegistry.adapter(named: venue.name)?.profile
            lines.append("  \(venue.name):")
            lines.append("    rest: \(Self.quoted(venue.restBase ?? profile?.restBase ?? ""))")
            lines.append("    websocket: \(Self.quoted(venue.webSocketBase ?? profile?.webSocketBase ?? ""))")
            lines.append("    fee: \(venue.fee ?? profile?.takerFee.ratio ?? 0)")
            lines.append("    dead_after: \(Self.text(venue.deadAfter ?? profile?.deadAfter ?? .zero))")
            let streams = (profile?.instrumentsPerConnection ?? 0) * (venue.hasTrades ? 2 : 1)
            lines.append("    streams_per_connection: \(venue.streamsPerConnection ?? streams)")
            let age = venue.maxConnectionAge ?? profile?.connections.lifetime
            if let age { lines.append("    max_connection_age: \(Self.text(age))") }
            lines.append("    trades: \(venue.hasTrades)")
            lines.append("    audit_interval: \(Self.text(venue.auditInterval))")
            if let file = venue.caFile { lines.append("    ca_file: \(Self.quoted(file))") }
        }
        let points = self.engine.points
        let band = self.engine.band
        lines += [
            "discovery:",
            "  quotes: \(Self.list(self.quotes))",
            "  symbols: \(Self.list(self.symbols))",
            "  min_volume: \(self.minVolume)",
            "  max_instruments: \(self.maxInstruments)",
            "  interval: \(self.discoveryInterval.map(Self.text) ?? "off")",
            "shard: {count: \(self.shardCount)}",
            "points:",
            "  every: \(Self.text(.nanoseconds(points.every)))",
            "  by: \(points.by == .both ? "both" : "sell")",
            "  max_age: \(points.maxAge.map { Self.text(.nanoseconds($0)) } ?? "off")",
            "band:",
        ]
        if let points = band.points {
            lines += ["  points: \(points)", "  max_age: \(Self.text(.nanoseconds(band.maxAge)))"]
        } else {
            lines.append("  window: \(Self.text(.nanoseconds(band.maxAge)))")
        }
        lines += [
            "  min_points: \(band.minPoints)",
            "  upper: \(band.upper.decimal)",
            "  lower: \(band.lower.decimal)",
            "window:",
            "  span: \(Self.text(.nanoseconds(self.engine.windowSpan)))",
            "  max_bytes: \(self.engine.windowMaxBytes)",
            "engine: {shards: \(self.engineShards)}",
            "channel: {capacity: \(self.channelCapacity), overflow: \(self.channelOverflow.rawValue)}",
            "ready: {grace: \(Self.text(self.readyGrace))}",
            "liveness: {timeout: \(Self.text(self.livenessTimeout))}",
            "shutdown: {deadline: \(Self.text(self.shutdownDeadline)), delay: \(Self.text(self.shutdownDelay))}",
            "log: {level: \(self.logLevel.rawValue), slow_above: \(Self.text(self.slowAbove))}",
        ]
        lines += self.qualityLines + self.chartLines + self.seriesLines + self.alertLines
        return lines.joined(separator: "\n") + "\n"
    }

    private var qualityLines: [String] {
        let (quarantine, opportunities) = (self.engine.quarantine, self.engine.opportunities)
        return [
            "outlier_ratio: \(self.engine.outlierRatio.map { "\($0)" } ?? "off")",
            "quarantine: {limit: \(quarantine.limit), allow: \(Self.list(quarantine.allowed.sorted()))}",
            "opportunities:",
            "  enter: \(opportunities.enter)",
            "  exit: \(opportunities.exit)",
            "  min_notional: \(opportunities.minNotional)",
            "  phantom_age: \(Self.text(.nanoseconds(opportunities.phantomAge)))",
            "  cross_market: \(opportunities.includesBasis)",
            "  keep: \(opportunities.kept)",
        ]
    }

    private var chartLines: [String] {
        let pairs = self.chart.pairs.map { "\($0.symbol):\($0.exchange1):\($0.exchange2)" }
        return [
            "chart:",
            "  pairs: \(Self.list(pairs))",
            "  span: \(Self.text(self.chart.span))",
            "  max_clients: \(self.chart.maxClients)",
            "  max_clients_per_address: \(self.chart.maxClientsPerAddress)",
            "  max_subscriptions: \(self.chart.maxSubscriptions)",
            "  max_queued_bytes: \(self.chart.maxQueuedBytes)",
            "  origins: \(Self.list(self.chart.origins))",
            "  update_capacity: \(self.chart.updateCapacity)",
        ]
    }

    private var alertLines: [String] {
        var lines = self.externalURL.map { ["external_url: \(Self.quoted($0))"] } ?? []
        lines.append(self.alerts.isEmpty ? "alerts: {}" : "alerts:")
        for rule in self.alerts {
            let (above, below) = (rule.netSpreadAbove, rule.clearBelow)
            let held = Self.text(.nanoseconds(rule.holdFor))
            lines.append("  \(rule.name): {net_spread_above: \(above), clear_below: \(below), for: \(held)}")
        }
        lines.append(self.webhooks.isEmpty ? "webhooks: {}" : "webhooks:")
        for webhook in self.webhooks {
            lines.append("  \(webhook.name):")
            lines.append("    url: \(Self.quoted(webhook.redactedURL))")
            if let file = webhook.secretFile { lines.append("    secret_file: \(Self.quoted(file))") }
            if let file = webhook.caFile { lines.append("    ca_file: \(Self.quoted(file))") }
        }
        return lines
    }

    private var listenAddress: String {
        let isIPv6 = self.listenHost.contains(":")
        return (isIPv6 ? "[\(self.listenHost)]" : self.listenHost) + ":\(self.listenPort)"
    }

    private static func list(_ values: [String]) -> String {
        "[" + values.map(Self.quoted).joined(separator: ", ") + "]"
    }

    /// YAML reads a JSON string.
    private static func quoted(_ text: String) -> String { LogLine.quoted(text) }

    /// In the largest unit that needs no fraction.
    private static func text(_ duration: Duration) -> String {
        let nanoseconds = duration.wholeNanoseconds
        let units: [(String, Int64)] = [
            ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
        ]
        for (unit, size) in units where nanoseconds != 0 && nanoseconds % size == 0 {
            return "\(nanoseconds / size)\(unit)"
        }
        return "\(nanoseconds)ns"
    }
}
