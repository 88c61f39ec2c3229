import Foundation
import TestSupport
import Testing

/// Charts of a real arb1d, which watches simulated venues, for clients with a WebSocket library that others wrote.
@Suite("The chart feed", .enabled(if: ChartClients.isExpected, "python3-websockets is not installed"))
struct ChartTests {
    private static let bitcoin = ChartPair(symbol: "BTCUSDT", sell: "binance", buy: "bybit")
    private static let ether = ChartPair(symbol: "ETHUSDT", sell: "bybit", buy: "binance")
    private static let both = "chart: {pairs: [\"\(Self.bitcoin.key)\", \"\(Self.ether.key)\"]}\n"
    private static let bands = "band: {points: 50, min_points: 20}\n"
    private static let market = ["--venues", "binance,bybit", "--symbols", "3"]

    private let workspace: Workspace

    init() throws { self.workspace = try Workspace() }

    @Test("gives a client a snapshot and then every update, and they are what the windows hold")
    func everything() async throws {
        let exchange = try await Exchange(Self.market + ["--rate", "150"], in: self.workspace)
        let configuration = exchange.configuration + Self.both + Self.bands
        let daemon = try await Daemon(configuration, in: self.workspace)
        let clients = try ChartClients(of: daemon, in: self.workspace)
        // The first may come before its pairs are known; the second finds a history with bands.
        try await clients.connect("early")
        for pair in [Self.bitcoin, Self.ether] { try await clients.updates("early", pair, atLeast: 40) }
        try await clients.connect("late")
        for pair in [Self.bitcoin, Self.ether] { try await clients.updates("early", pair, atLeast: 100) }
        try await exchange.freeze()
        for pair in [Self.bitcoin, Self.ether] {
            let points = try await clients.agree(["early", "late"], on: pair, with: daemon)
            let late = try #require(try clients.record("late", pair).messages.first)
            #expect(late.type == "snapshot")
            #expect(late.count >= 40)
            #expect(late.completeFrom == nil)
            for name in ["early", "late"] { #expect(try clients.record(name, pair).lines.count == points.count) }
            #expect(try clients.record("late", pair).lastNumber == points.count)
            #expect(points.last?.contains("null") == false, "the last point has no band")
        }
        let received = try ["early", "late"].flatMap { try clients.events(of: $0) }.compactMap(\.message?.count)
        try await daemon.figures(["arb1d_flow_out_total{stage=\"chart\"}": Double(received.reduce(0, +))])
        let metrics = try await daemon.idle()
        #expect(metrics["arb1d_flow_dropped_total{stage=\"chart\",reason=\"client_closed\"}"] == 0)
        #expect(metrics["arb1d_chart_points_dropped_total"] == 0)
        #expect(metrics["arb1d_chart_subscriptions"] == 4)
    }

    @Test("gives nobody what he did not ask for, and answers every wrong request")
    func requests() async throws {
        let exchange = try await Exchange(Self.market + ["--rate", "150"], in: self.workspace)
        let daemon = try await Daemon(exchange.configuration + "chart: {max_subscriptions: 1}\n", in: self.workspace)
        try await daemon.waitUntilReady()
        let clients = try ChartClients(of: daemon, in: self.workspace)
        try await clients.connect("first", .reader, Self.bitcoin)
        try await clients.connect("second")
        let unknown = ChartPair(symbol: "NOUSDT", sell: "binance", buy: "bybit").request("subscribe")
        try clients.send("second", Self.ether.request("subscribe"))
        try await clients.updates("second", Self.ether, atLeast: 5)
        let wrong = [
            ("unknown_pair", unknown),
            ("malformed", "{\"type\":"),
            ("malformed", Self.ether.request("subscribe").replacing("}", with: ",\"depth\":\"1\"}")),
            ("unknown_type", Self.ether.request("publish")),
            ("not_subscribed", Self.bitcoin.request("unsubscribe")),
            ("too_many_subscriptions", Self.bitcoin.request("subscribe")),
        ]
        for (_, text) in wrong { try clients.send("second", text) }
        try await clients.errors("second", become: wrong.map(\.0))
        // The feed goes on, until it is unsubscribed from. The error marks the moment.
        let number = try clients.record("second", Self.ether).updates.count
        try await clients.updates("second", Self.ether, atLeast: number + 5)
        try clients.send("second", Self.ether.request("unsubscribe"))
        try clients.send("second", unknown)
        try await clients.errors("second", become: wrong.map(\.0) + ["unknown_pair"])
        let events = try clients.events(of: "second").count
        let first = try clients.record("first", Self.bitcoin)
        try await clients.updates("first", Self.bitcoin, atLeast: first.updates.count + 20)
        #expect(try clients.events(of: "second").count == events)
        #expect(try clients.record("second", Self.ether).holes == [])
        #expect(try clients.record("second", Self.bitcoin).messages.isEmpty)
        #expect(try clients.record("first", Self.ether).messages.isEmpty)
        #expect(try clients.record("first", Self.bitcoin).holes == [])
        try clients.order("second", "binary", with: 10)
        #expect(try await clients.closeCode("second") == 1003)

        // Half a query is answered too, and a hundred such requests in a row are enough.
        try await clients.attempt("third", .reader, path: "/ws/realtime_charts?symbol=BTCUSDT")
        try await clients.errors("third", become: ["malformed"])
        for _ in 0..<99 { try clients.send("third", unknown) }
        #expect(try await clients.closeCode("third") == 1008)
        #expect(try clients.errors(of: "third").count == 100)

        let metrics = try await daemon.figures(["arb1d_chart_clients": 1, "arb1d_chart_subscriptions": 1])
        #expect(metrics["arb1d_chart_connections_total"] == 3)
        #expect(metrics["arb1d_chart_closed_total{reason=\"protocol\"}"] == 2)
        #expect(metrics.residual == 0)
        try clients.order("first", "close")
        try await daemon.figures([
            "arb1d_chart_clients": 0, "arb1d_chart_subscriptions": 0, "arb1d_chart_closed_total{reason=\"client\"}": 1,
        ])
    }

    @Test("cuts a client that does not read at its bound, and the others notice nothing")
    func slowClient() async throws {
        let exchange = try await Exchange(Self.market + ["--rate", "1200"], in: self.workspace)
        let configuration =
            exchange.configuration + Self.bands + "points: {every: 0}\nchart: {max_queued_bytes: 128KiB}\n"
        let daemon = try await Daemon(configuration, in: self.workspace)
        try await daemon.waitUntilReady()
        let clients = try ChartClients(of: daemon, in: self.workspace)
        try await clients.connect("reader", .reader, Self.bitcoin)
        try await clients.updates("reader", Self.bitcoin, atLeast: 50)
        let descriptors = try await daemon.metrics()["process_open_fds"]

        try await clients.connect("slow", .raw, Self.bitcoin)
        try clients.order("slow", "insist", with: Self.bitcoin.request("subscribe"))
        var readiness: Set<Int> = []
        let metrics = try await eventually("a client cut off") {
            readiness.insert(try await daemon.status("/readyz"))
            let metrics = try await daemon.metrics()
            return metrics.family("arb1d_chart_closed_total").values.contains { $0 > 0 } ? metrics : nil
        }
        let closed = metrics.family("arb1d_chart_closed_total").filter { $0.value > 0 }
        #expect(closed.keys.sorted() == ["arb1d_chart_closed_total{reason=\"slow\"}"])
        #expect(readiness == [200])
        #expect(metrics.residual == 0)
        #expect(try await clients.closeCode("slow") == nil)

        let seen = try clients.record("reader", Self.bitcoin).updates.count
        let after = try await clients.updates("reader", Self.bitcoin, atLeast: seen + 50)
        #expect(after.holes == [])
        try await exchange.freeze()
        // The whole history would be more than may wait for one beyond a network.
        try await clients.connect("far", .far, Self.bitcoin)
        let points = try await clients.agree(["reader", "far"], on: Self.bitcoin, with: daemon)
        #expect(points.count > 1_000)
        #expect(try clients.record("far", Self.bitcoin).lines.count > 400)
        let last = try await daemon.idle()
        #expect(last["arb1d_flow_dropped_total{stage=\"chart\",reason=\"client_closed\"}"] ?? 0 > 0)
        #expect(last["arb1d_chart_queued_bytes"] == 0)
        #expect(last["arb1d_chart_closed_total{reason=\"slow\"}"] == 1)
        try clients.order("far", "close")
        try await daemon.figures(["arb1d_chart_clients": 1, "arb1d_chart_subscriptions": 1])
        try await daemon.figures(["process_open_fds": try #require(descriptors)])
    }

    @Test("ends only the client that sends garbage, unmasked or oversized frames")
    func rudeClients() async throws {
        let exchange = try await Exchange(Self.market + ["--rate", "150"], in: self.workspace)
        let daemon = try await Daemon(exchange.configuration, in: self.workspace)
        try await daemon.waitUntilReady()
        let clients = try ChartClients(of: daemon, in: self.workspace)
        try await clients.connect("polite", .reader, Self.bitcoin)
        let rude: [(name: String, bytes: Data, code: Int)] = [
            ("HTTP", Data("GET / HTTP/1.1\r\n\r\n".utf8) + Data(count: 100), 1002),
            ("all ones", Data(repeating: 0xFF, count: 64), 1009),
            ("unmasked", Data([0x81, 2]) + Data("{}".utf8), 1002),
            ("no UTF-8", Data([0x81, 0x81, 0, 0, 0, 0, 0xFF]), 1007),
            ("continuation of nothing", Data([0x80, 0x80, 0, 0, 0, 0]), 1002),
        ]
        for (name, bytes, code) in rude {
            try await clients.connect(name, .raw)
            try clients.order(name, "listen")
            try clients.order(name, "bytes", with: bytes.base64EncodedString())
            #expect(try await clients.closeCode(name) == code, "\(name)")
        }
        try await clients.connect("oversized")
        try clients.send("oversized", String(repeating: " ", count: 1 << 20))
        #expect(try await clients.closeCode("oversized") == 1009)

        for kind in [ChartClients.Kind.reader, .raw] {
            let foreign = "https://elsewhere.example"
            #expect(try await clients.attempt("foreign \(kind)", kind, origin: foreign) == 403)
            #expect(try await clients.attempt("at home \(kind)", kind, origin: daemon.base) == nil)
            #expect(try await clients.attempt("lost \(kind)", kind, path: "/ws/elsewhere") == 404)
        }
        let metrics = try await daemon.figures([
            "arb1d_chart_closed_total{reason=\"protocol\"}": Double(rude.count + 1),
            "arb1d_chart_rejected_total{reason=\"origin\"}": 2,
            "arb1d_chart_clients": 3,
        ])
        #expect(metrics.residual == 0)
        let seen = try clients.record("polite", Self.bitcoin).updates.count
        #expect(try await clients.updates("polite", Self.bitcoin, atLeast: seen + 5).holes == [])
    }

    @Test("does not delay the end of the daemon, and says goodbye to whoever reads")
    func shutdown() async throws {
        let exchange = try await Exchange(Self.market + ["--rate", "400"], in: self.workspace)
        let configuration = exchange.configuration + "points: {every: 0}\nchart: {max_queued_bytes: 64MiB}\n"
        let daemon = try await Daemon(configuration, in: self.workspace)
        try await daemon.waitUntilReady()
        let clients = try ChartClients(of: daemon, in: self.workspace)
        let readers = (0..<40).map { "reader \($0)" }
        for name in readers.prefix(8) { try await clients.connect(name, .reader, Self.bitcoin) }
        for name in readers.dropFirst(8) { try await clients.connect(name) }
        for number in 0..<10 { try await clients.connect("mute \(number)", .raw, Self.ether) }
        try await daemon.figures(["arb1d_chart_clients": 50])
        // Two of those that do not read have much to come.
        for number in 0..<2 {
            try clients.order("mute \(number)", "insist", with: Self.ether.request("subscribe"))
        }
        try await eventually("a long queue") {
            try await daemon.metrics()["arb1d_chart_queued_bytes"] ?? 0 > 100_000 ? true : nil
        }
        daemon.program.signal(SIGTERM)
        #expect(try await daemon.program.exitStatus() == 0)
        for name in readers {
            #expect(try await clients.closeCode(name) == 1001)
            #expect(try clients.record(name, Self.bitcoin).holes == [])
        }
    }

    @Test("survives the cut of a venue: no points while it is away, and none lost or doubled when it is back")
    func cutVenue() async throws {
        let exchange = try await Exchange(Self.market + ["--rate", "150"], in: self.workspace)
        let daemon = try await Daemon(exchange.configuration + Self.both + Self.bands, in: self.workspace)
        let clients = try ChartClients(of: daemon, in: self.workspace)
        try await clients.connect("client")
        for pair in [Self.bitcoin, Self.ether] { try await clients.updates("client", pair, atLeast: 10) }
        try await exchange.cut("bybit")
        let stale = "arb1d_pairs{sell_venue=\"binance\",buy_venue=\"bybit\",state=\"stale\"}"
        let quotes = try #require(try await daemon.figures([stale: 3]).quotes(of: "binance"))
        let before = try await daemon.history(of: Self.bitcoin)
        try await eventually("quotes of the other venue") {
            try await daemon.metrics().quotes(of: "binance") ?? 0 > quotes + 150 ? true : nil
        }
        #expect(try await daemon.history(of: Self.bitcoin) == before)
        try await clients.agree(["client"], on: Self.bitcoin, with: daemon)

        try await exchange.heal("bybit")
        for pair in [Self.bitcoin, Self.ether] {
            let seen = try clients.record("client", pair).updates.count
            try await clients.updates("client", pair, atLeast: seen + 20)
        }
        try await exchange.freeze()
        try await clients.connect("fresh")
        for pair in [Self.bitcoin, Self.ether] {
            try await clients.agree(["client", "fresh"], on: pair, with: daemon)
            #expect(try clients.record("client", pair).messages.filter { $0.type == "snapshot" }.count == 1)
        }
        let metrics = try await daemon.idle()
        #expect(metrics["arb1d_chart_points_dropped_total"] == 0)
    }
}

extension ChartClients {
    /// Waits until these clients have what `/api/dashboard_data` ends with, to the digit, and checks for holes.
    ///
    /// - Returns: The lines of `/api/dashboard_data`.
    @discardableResult
    fileprivate func agree(_ names: [String], on pair: ChartPair, with daemon: Daemon) async throws -> [String] {
        let lines = try await eventually("\(names) to have what \(pair.key) has") {
            let lines = try await daemon.history(of: pair)
            for name in names {
                let found = try self.record(name, pair).lines
                let wanted = lines.suffix(found.count)
                guard found.isEmpty || !found.elementsEqual(wanted) else { continue }
                let index = zip(found, wanted).prefix { $0 == $1 }.count
                let (has, wants) = (found.dropFirst(index).first ?? "-", wanted.dropFirst(index).first ?? "-")
                throw NeverHappened(description: "\(name), line \(index) of \(found.count): \(has), not \(wants)")
            }
            return lines
        }
        for name in names { #expect(try self.record(name, pair).holes == [], "\(name)") }
        return lines
    }

    fileprivate func errors(_ name: String, become reasons: [String]) async throws {
        try await eventually("\(name) to be told \(reasons)") {
            let found = try self.errors(of: name)
            guard found == reasons else { throw NeverHappened(description: "\(found)") }
            return true
        }
    }
}

extension Daemon {
    /// The lines of `/api/dashboard_data`.
    fileprivate func history(of pair: ChartPair) async throws -> [String] {
        let (status, body) = try await HTTP.get(self.base + "/api/dashboard_data?" + pair.query)
        guard status == 200 else { throw NeverHappened(description: "\(pair.key) answered \(status): \(body)") }
        return body.split(separator: "\n").map(String.init)
    }

    /// Waits until samples have these values.
    @discardableResult
    fileprivate func figures(_ wanted: [String: Double]) async throws -> Exposition {
        try await eventually("\(wanted)") {
            let metrics = try await self.metrics()
            for (name, value) in wanted where metrics[name] != value {
                throw NeverHappened(description: "\(name) is \(metrics[name] ?? .nan)")
            }
            return metrics
        }
    }

    /// Waits until nothing moves any more, and checks that nothing was lost or doubled.
    fileprivate func idle() async throws -> Exposition {
        let metrics = try await self.figures([
            "arb1d_flow_held{stage=\"update\"}": 0, "arb1d_flow_held{stage=\"chart\"}": 0,
        ])
        for stage in ["update", "chart"] {
            let dropped = metrics.family("arb1d_flow_dropped_total").filter { $0.key.contains("\"\(stage)\"") }
            let into = try #require(metrics["arb1d_flow_in_total{stage=\"\(stage)\"}"])
            let out = try #require(metrics["arb1d_flow_out_total{stage=\"\(stage)\"}"])
            #expect(into > 0)
            #expect(into == out + dropped.values.reduce(0, +))
        }
        #expect(metrics.residual == 0)
        return metrics
    }
}

extension Exchange {
    /// Stops all market data; connections stay.
    fileprivate func freeze() async throws {
        let (status, body) = try await HTTP.send(self.control("/sim/freeze"), method: "POST")
        guard status == 200 else { throw NeverHappened(description: "freezing answered \(status): \(body)") }
    }
}
