import Alerts
import Chart
import Core
import Logging
import Testing

@testable import arb1d

@Suite("Configuration")
struct ConfigurationTests {
    private static let venues = "venues:\n  binance: {}\n  bybit:\n"

    private func load(_ yaml: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try Configuration.load(yaml: yaml, file: "arb1d.yaml", environment: environment)
    }

    private func problems(_ yaml: String, _ environment: [String: String] = [:]) -> [String] {
        do {
            _ = try self.load(yaml, environment)
            return []
        } catch let error as ConfigurationError {
            return error.description.split(separator: "\n").map(String.init)
        } catch {
            return ["\(error)"]
        }
    }

    @Test("takes the documented defaults when only venues are named")
    func defaults() throws {
        let configuration = try self.load(Self.venues)
        #expect(configuration.listenHost == "127.0.0.1")
        #expect(configuration.listenPort == 5_000)
        #expect(configuration.venues.map(\.name) == ["binance", "bybit"])
        #expect(configuration.quotes == ["USDT"])
        #expect(configuration.engine.points.every == 100_000_000)
        #expect(configuration.engine.points.maxAge == nil)
        #expect(configuration.engine.band.points == 200)
        #expect(configuration.channelCapacity == 100_000)
        #expect(configuration.readyGrace == .seconds(10))
        #expect(configuration.shutdownDeadline == .seconds(20))
    }

    @Test("reads every setting")
    func everySetting() throws {
        let configuration = try self.load(
            """
            listen: "[::1]:6000"
            venues:
              binance: {rest: "http://127.0.0.1:1/", websocket: "ws://127.0.0.1:2", fee: 0.0005, dead_after: 5s}
              gateio: {ca_file: /etc/ca.pem}
            discovery: {quotes: [USDT, USDC], symbols: [BTCUSDT], min_volume: 1e6, max_instruments: 7, interval: 90s}
            points: {every: 0, by: sell, max_age: 2s}
            band: {points: 300, max_age: 10m, min_points: 20, upper: 0.9, lower: 0.1}
            window: {span: 1h, max_bytes: 64MiB}
            channel: {capacity: 2000}
            ready: {grace: 3s}
            liveness: {timeout: 20s}
            shutdown: {deadline: 9s, delay: 1s}
            log: {level: debug}
            """
        )
        #expect(configuration.listenHost == "::1")
        #expect(configuration.venues[0].restBase == "http://127.0.0.1:1")
        #expect(configuration.venues[0].fee == 0.0005)
        #expect(configuration.venues[0].deadAfter == .seconds(5))
        #expect(configuration.venues[1].caFile == "/etc/ca.pem")
        #expect(configuration.symbols == ["BTCUSDT"])
        #expect(configuration.minVolume == 1e6)
        #expect(configuration.discoveryInterval == .seconds(90))
        #expect(configuration.engine.points.every == 0)
        #expect(configuration.engine.points.by == .sell)
        #expect(configuration.engine.points.maxAge == 2_000_000_000)
        #expect(configuration.engine.band.upper.index(in: 10) == 8)
        #expect(configuration.engine.windowMaxBytes == 64 << 20)
        #expect(configuration.shutdownDelay == .seconds(1))
        #expect(configuration.logLevel == .debug)
    }

    @Test("lets the environment override the file")
    func environment() throws {
        let configuration = try self.load(
            Self.venues + "ready: {grace: 3s}\n",
            [
                "ARB1D_READY_GRACE": "4s", "ARB1D_VENUES_BYBIT_REST": "http://127.0.0.1:9",
                "ARB1D_DISCOVERY_QUOTES": "USDT, USDC",
            ]
        )
        #expect(configuration.readyGrace == .seconds(4))
        #expect(configuration.venues[1].restBase == "http://127.0.0.1:9")
        #expect(configuration.quotes == ["USDT", "USDC"])
    }

    @Test(
        "names key, line and remedy of what is wrong",
        arguments: [
            ("lisen: 127.0.0.1:1\n", "line 1, lisen: unknown key; did you mean listen?"),
            ("quux: 1\n", "line 1, quux: unknown key; take it out, or write one of: "),
            ("ready: {grace: 10}\n", "line 1, ready.grace: \"10\" does not fit; write a duration with its unit"),
            ("ready:\n  grace: [1s]\n", "line 2, ready.grace: a list; write a duration"),
            ("ready:\n  grcae: 1s\n", "line 2, ready.grcae: unknown key; did you mean ready.grace?"),
            ("band: {points: 10}\n", "band.min_points: 50 is more than band.points (10): no band ever; make"),
            ("band: {window: 20m}\n", "band.window: \"20m\" does not fit; write a duration up to 15m"),
            ("band: {window: 5m, points: 100}\n", "band.window: given together with band.points; keep one"),
            ("band: {upper: 0.2, lower: 0.5}\n", "line 1, band.lower: not below band.upper; write"),
            ("shutdown: {delay: 30s}\n", "line 1, shutdown.delay: not shorter than shutdown.deadline; leave"),
            ("channel: {capacity: 1}\n", "line 1, channel.capacity: \"1\" does not fit; write a whole number from"),
            ("engine: {shards: 0}\n", "line 1, engine.shards: \"0\" does not fit; write a whole number from 1 to 64"),
            ("engine: {shards: 65}\n", "line 1, engine.shards: \"65\" does not fit; write a whole number from 1 to 64"),
            (
                "engine: {shards: 3}\nwindow: {max_bytes: 2MiB}\n",
                "line 2, window.max_bytes: less than 1MiB for each of the 3 engines that share it; write at least 3MiB"
            ),
            (
                "engine: {shards: 4}\nchannel: {capacity: 3000000}\n",
                "line 1, engine.shards: 4 channels of 3000000 events hold more than 10000000; make channel.capacity"
            ),
            ("log: loud\n", "line 1, log: unknown key"),
            ("ready: {grace: 1s}\nready: {grace: 2s}\n", "not readable as YAML: a key is given twice"),
            ("ready: [\n", "not readable as YAML"),
        ]
    )
    func wrong(yaml: String, message: String) {
        let problems = self.problems(yaml + Self.venues)
        #expect(problems.contains { $0.contains("arb1d.yaml: ") && $0.contains(message) }, "\(problems)")
    }

    @Test("names all problems at once")
    func allAtOnce() {
        let problems = self.problems("ready: {grace: x}\nlog: {level: loud}\nfoo: 1\n" + Self.venues)
        #expect(problems.count == 3)
    }

    @Test("wants at least two known venues")
    func venues() {
        #expect(self.problems("").contains { $0.contains("venues: no venue is named; name at least two of: binance") })
        #expect(self.problems("venues: {binance: {}}\n").contains { $0.contains("only one venue") })
        let unknown = self.problems("venues: {binance: {}, mtgox: {}}\n")
        #expect(unknown.contains { $0.contains("venues.mtgox: unknown venue") })
        #expect(
            self.problems(Self.venues, ["ARB1D_READY_GRACE": "soon"]).contains {
                $0.contains("environment variable ARB1D_READY_GRACE, ready.grace")
            }
        )
    }

    @Test("never takes an address with credentials or without a host")
    func addresses() {
        for address in ["http://user:secret@host", "http://", "ftp://host", "http://a b"] {
            #expect(!self.problems("venues: {binance: {rest: \"\(address)\"}, bybit: {}}\n").isEmpty, "\(address)")
        }
    }

    @Test("prints settings that read back to the same")
    func roundTrip() throws {
        let first = try self.load(
            "listen: \"[::1]:6000\"\npoints: {every: 0, max_age: 2500us}\nwindow: {span: 90m}\n" + Self.venues
        )
        let second = try self.load(first.yaml)
        #expect(second.yaml == first.yaml)
        let once = try self.load("discovery: {interval: off}\n" + Self.venues)
        #expect(once.discoveryInterval == nil)
        #expect(try self.load(once.yaml).discoveryInterval == nil)
        let byDuration = try self.load("band: {window: 5m}\n" + Self.venues)
        #expect(byDuration.engine.band.points == nil)
        #expect(byDuration.engine.band.maxAge == 300_000_000_000)
        #expect(try self.load(byDuration.yaml).engine == byDuration.engine)
        #expect(second.engine == first.engine)
        #expect(second.listenHost == "::1")
    }

    @Test("reads charts, alerts and webhooks, and prints them without what is secret")
    func notifying() throws {
        let configuration = try self.load(
            Self.venues + """
                chart: {pairs: [BTCUSDT:binance:bybit], span: 5m, max_clients: 7, origins: ["https://x.example.com"]}
                alerts:
                  Wide: {net_spread_above: 0.002, clear_below: 0.001, for: 10s}
                webhooks:
                  ops: {url: "https://hooks.example.com/T0/very-secret", ca_file: /etc/ca.pem}
                """
        )
        #expect(configuration.chart.pairs.map(\.symbol) == ["BTCUSDT"])
        #expect(configuration.chart.span == .seconds(300))
        #expect(configuration.alerts.map(\.name) == ["Wide"])
        #expect(configuration.alerts[0].holdFor == 10_000_000_000)
        #expect(configuration.alerts[0].clearBelow == 0.001)
        #expect(configuration.webhooks[0].url == "https://hooks.example.com/T0/very-secret")
        #expect(!configuration.yaml.contains("very-secret"))
        let again = try self.load(configuration.yaml)
        #expect(again.chart == configuration.chart)
        #expect(again.alerts == configuration.alerts)
        #expect(again.webhooks[0].url == "https://hooks.example.com/redacted")
    }

    @Test(
        "names what is wrong with charts, alerts and webhooks",
        arguments: [
            ("chart: {pairs: [BTCUSDT]}\n", "chart.pairs: \"BTCUSDT\" is no pair; write SYMBOL:SELL_VENUE:BUY_VENUE"),
            ("chart: {pairs: [A:binance:kraken]}\n", "chart.pairs: \"kraken\" is not among the venues; write one of"),
            ("alerts: {Wide: {for: 1s}}\n", "alerts.Wide: net_spread_above is missing; write a ratio"),
            ("alerts: {Wide: {net_spread_above: much}}\n", "alerts.Wide.net_spread_above: \"much\" does not fit"),
            ("alerts: {a b: {net_spread_above: 1}}\n", "alerts.a b: not a name"),
            ("alerts: {W: {net_spread_above: 0.1, clear_below: 0.2}}\n", "above net_spread_above"),
            ("webhooks: {ops: {}}\n", "webhooks.ops: url is missing"),
            ("webhooks: {ops: {url: \"ftp://x\"}}\n", "webhooks.ops.url: the value does not fit"),
            ("webhooks: {ops: {url: \"http://u:p@x/\"}}\n", "webhooks.ops.url: the value does not fit"),
        ]
    )
    func wrongNotifying(yaml: String, message: String) {
        let problems = self.problems(Self.venues + yaml)
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
        #expect(!problems.contains { $0.contains("u:p@x") }, "a secret is not shown")
    }

    @Test("reads what a spread must be, and prints it")
    func quality() throws {
        let configuration = try self.load(
            Self.venues + """
                outlier_ratio: off
                quarantine: {limit: 0.02, allow: [BTCUSDT, "ETHUSDT:binance:bybit"]}
                opportunities:
                  {enter: 0.002, exit: -0.001, min_notional: 500, phantom_age: 250ms, cross_market: true, keep: 7}
                """
        )
        #expect(configuration.engine.outlierRatio == nil)
        #expect(configuration.engine.quarantine.limit == 0.02)
        #expect(configuration.engine.quarantine.allowed == ["BTCUSDT", "ETHUSDT:binance:bybit"])
        let opportunities = configuration.engine.opportunities
        #expect(opportunities.enter == 0.002 && opportunities.exit == -0.001 && opportunities.minNotional == 500)
        #expect(opportunities.phantomAge == 250_000_000 && opportunities.includesBasis && opportunities.kept == 7)
        #expect(try self.load(configuration.yaml).engine == configuration.engine)
        let defaults = try self.load(Self.venues).engine
        #expect(defaults.outlierRatio == 0.1 && defaults.quarantine.limit == 0.05)
        #expect(defaults.opportunities.enter == 0.0005 && defaults.opportunities.exit == 0)
    }

    @Test(
        "names what is wrong with what a spread must be",
        arguments: [
            ("outlier_ratio: 1\n", "outlier_ratio: \"1\" does not fit; write a ratio above 0 and below 1"),
            (
                "quarantine: {limit: 0.5}\n",
                "quarantine.limit: \"0.5\" does not fit; write a ratio above 0 and below 0.5"
            ),
            (
                "quarantine: {allow: [A:b]}\n",
                "quarantine.allow: \"A:b\" is neither a symbol nor a pair; write a symbol"
            ),
            ("opportunities: {enter: 0}\n", "opportunities.enter: \"0\" does not fit; write a ratio above 0"),
            ("opportunities: {enter: 0.001, exit: 0.002}\n", "opportunities.exit: above opportunities.enter"),
            ("opportunities: {min_notional: -1}\n", "opportunities.min_notional: \"-1\" does not fit; write a number"),
            (
                "opportunities: {cross_market: maybe}\n",
                "opportunities.cross_market: \"maybe\" does not fit; write true"
            ),
        ]
    )
    func wrongQuality(yaml: String, message: String) {
        let problems = self.problems(Self.venues + yaml)
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }

    @Test("a secret never shows itself")
    func secret() {
        let secret = Configuration.Secret(bytes: Array("hunter2".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("hunter2"))
        #expect(!"\(secret) \(dumped)".contains("104"), "nor its bytes")
    }

    @Test("a variable that is no setting is named, with what was probably meant")
    func unknownVariables() {
        let problems = self.problems(
            Self.venues,
            ["ARB1D_CHART_MAX_CLIENT": "5", "ARB1D_NONSENSE": "1", "ARB1D_REVISION": "abc", "HOME": "/"]
        )
        #expect(problems.count == 2)
        #expect(problems.contains { $0.contains("no setting has this name; did you mean ARB1D_CHART_MAX_CLIENTS?") })
        #expect(problems.contains { $0.contains("ARB1D_NONSENSE: no setting has this name; unset it") })
    }

    @Test("a variable that means two settings is refused")
    func sharedVariable() {
        let webhooks = "webhooks: {on-call: {url: \"http://a/\"}, on_call: {url: \"http://b/\"}}\n"
        #expect(self.problems(Self.venues + webhooks).isEmpty)
        let problems = self.problems(Self.venues + webhooks, ["ARB1D_WEBHOOKS_ON_CALL_URL": "http://c/"])
        #expect(problems.contains { $0.contains("the variable of webhooks.on-call.url too") }, "\(problems)")
    }

    @Test("of a webhook's address nothing but scheme and host is shown", arguments: ["/x", "?x", "/a?b"])
    func redaction(rest: String) throws {
        let yaml = "webhooks: {ops: {url: \"https://h.example\(rest)\"}}\n"
        #expect(try self.load(Self.venues + yaml).webhooks[0].redactedURL == "https://h.example/redacted")
        #expect(!self.problems(Self.venues + "webhooks: {ops: {url: \"https://h.example#x\"}}\n").isEmpty)
    }

    @Test("reads where it is found from outside")
    func externalURL() throws {
        let configuration = try self.load(Self.venues + "external_url: https://arb1d.example.com/\n")
        #expect(configuration.externalURL == "https://arb1d.example.com")
        #expect(try self.load(configuration.yaml).externalURL == configuration.externalURL)
    }
}
