import Alerts
import Chart
import Core

extension Configuration {
    /// Settings of the chart feed.
    struct ChartChoice: Sendable, Equatable {
        /// What a client gets that asks for nothing else.
        var pairs: [ChartKey] = []
        /// How far back a chart begins.
        var span = Duration.seconds(15 * 60)
        var maxClients = 2_000
        /// 0: no limit of its own.
        var maxClientsPerAddress = 0
        var maxSubscriptions = 1_000
        var maxQueuedBytes = 1 << 20
        /// Pages from elsewhere that may connect; those served from here always may.
        var origins: [String] = []
        var updateCapacity = 100_000
    }

    /// Where notifications are posted.
    struct WebhookChoice: Sendable, Equatable {
        let name: String
        /// Its path may be a credential: see ``redactedURL``.
        let url: String
        var secretFile: String?
        var caFile: String?
        /// What the file holds; read when the configuration is.
        var secret: Secret?

        /// Scheme and host: all of the address that may be shown.
        var redactedURL: String {
            guard let scheme = self.url.firstRange(of: "://") else { return "redacted" }
            let host = self.url[scheme.upperBound...].prefix { !"/?#\\".contains($0) }
            let rest = self.url[scheme.upperBound...].dropFirst(host.count)
            return String(self.url[..<scheme.upperBound]) + host + (rest.count > 1 ? "/redacted" : rest)
        }
    }

    /// A text that is never shown.
    struct Secret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
        /// What its file holds.
        let bytes: [UInt8]
        var description: String { "redacted" }
        var customMirror: Mirror { Mirror(self, children: []) }
    }

    mutating func readChart(_ reader: inout ConfigurationReader) {
        _ = reader.keys(of: "chart")
        self.chart.pairs = reader.pairs("chart.pairs", among: self.venues.map(\.name))
        let span = reader.scalar("chart.span", expected: "a duration from 1s, such as 15m") {
            Units.duration($0).flatMap { $0 >= .seconds(1) ? $0 : nil }
        }
        if let span { self.chart.span = span }
        if let count = reader.count("chart.max_clients", 1...100_000) { self.chart.maxClients = count }
        if let count = reader.count("chart.max_clients_per_address", 0...100_000) {
            self.chart.maxClientsPerAddress = count
        }
        if let count = reader.count("chart.max_subscriptions", 1...100_000) { self.chart.maxSubscriptions = count }
        let bytes = reader.scalar("chart.max_queued_bytes", expected: "a size from 64KiB, such as 1MiB") {
            Units.bytes($0).flatMap { $0 >= 64 << 10 ? $0 : nil }
        }
        if let bytes { self.chart.maxQueuedBytes = bytes }
        if let origins = reader.list("chart.origins") { self.chart.origins = origins }
        if let count = reader.count("chart.update_capacity", 1_000...10_000_000) { self.chart.updateCapacity = count }
    }

    mutating func readAlerts(_ reader: inout ConfigurationReader) {
        for name in reader.keys(of: "alerts") ?? [] {
            let path = "alerts." + name
            _ = reader.keys(of: path)
            guard Self.isName(name, also: "_") else {
                reader.report(path, reader.line(of: path), "not a name", "use letters, digits and underscores")
                continue
            }
            let expected = "a ratio above -1, such as 0.002"
            let above = reader.scalar(path + ".net_spread_above", expected: expected, parse: Self.ratio)
            let below = reader.scalar(path + ".clear_below", expected: expected, parse: Self.ratio)
            let hold = reader.duration(path + ".for") ?? .zero
            guard let above else {
                if !reader.hasProblem(at: path + ".net_spread_above") {
                    reader.report(path, reader.line(of: path), "net_spread_above is missing", "write \(expected)")
                }
                continue
            }
            if let below, below > above {
                reader.report(
                    path + ".clear_below",
                    reader.line(of: path + ".clear_below"),
                    "above net_spread_above: the alert would resolve as it fires",
                    "make it net_spread_above or less"
                )
            }
            self.alerts.append(
                AlertRule(name: name, netSpreadAbove: above, holdFor: hold.wholeNanoseconds, clearBelow: below)
            )
        }
    }

    mutating func readWebhooks(_ reader: inout ConfigurationReader) {
        for name in reader.keys(of: "webhooks") ?? [] {
            let path = "webhooks." + name
            _ = reader.keys(of: path)
            guard Self.isName(name, also: "_-") else {
                reader.report(path, reader.line(of: path), "not a name", "use letters, digits, - and _")
                continue
            }
            let expected = "an address such as https://hooks.example.com/arb1d, without a user or password"
            let url = reader.scalar(path + ".url", expected: expected, secret: true) { Self.webhookURL($0) }
            let file = { (text: String) in text.isEmpty ? nil : text }
            let secret = reader.scalar(path + ".secret_file", expected: "the path of a file", parse: file)
            let authority = reader.scalar(path + ".ca_file", expected: "the path of a PEM file", parse: file)
            guard let url else {
                if !reader.hasProblem(at: path + ".url") {
                    reader.report(path, reader.line(of: path), "url is missing", "write \(expected)")
                }
                continue
            }
            self.webhooks.append(WebhookChoice(name: name, url: url, secretFile: secret, caFile: authority))
        }
    }

    private static func isName(_ text: String, also more: String) -> Bool {
        text.utf8.count <= 64 && text.allSatisfy { ($0.isASCII && ($0.isLetter || $0.isNumber)) || more.contains($0) }
            && text.first?.isNumber == false
    }

    private static func ratio(_ text: String) -> Double? {
        Double(text).flatMap { $0.isFinite && $0 > -1 && $0 < 100 ? $0 : nil }
    }

    private static func webhookURL(_ text: String) -> String? {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return nil }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !text.contains { "#\\".contains($0) }
        return authority.isEmpty || authority.contains("@") || !isPlain ? nil : text
    }
}
