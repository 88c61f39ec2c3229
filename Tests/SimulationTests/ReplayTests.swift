import Testing
import WireLogs

@testable import Simulation

@Suite("Replay")
struct ReplayTests {
    private static let quote1 =
        #"{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"5.10","B":"1","a":"5.20","A":"2"}}"#
    private static let trade =
        #"{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"5.1","q":"1","#
        + #""T":1,"m":true,"M":true}}"#
    private static let quote2 =
        #"{"stream":"btcusdt@bookTicker","data":{"u":2,"s":"BTCUSDT","b":"5.11","B":"1","a":"5.20","A":"2"}}"#

    private static func log() throws -> WireLog {
        let lines = [
            "1700000000000000000 # wss://example/stream", "1700000000000000000 > {\"id\":1}",
            "1700000001000000000 < {\"result\":null,\"id\":1}", "1700000001000000000 < \(quote1)",
            "1700000002000000000 < \(trade)", "1700000011000000000 < \(quote2)",
        ]
        return try WireLog(file: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    @Test("waits for a subscriber, then plays to those subscribed, byte for byte, and stays open")
    func plays() throws {
        var world = World(replay: [Simulator.Replayed(venue: .binance, log: try Self.log())], speed: 10)
        let wrapped = world.open(.binance, "/stream")
        world.pass(seconds: 1)
        #expect(world.state["source"]?["state"]?.text == "waiting")
        world.send(#"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],"id":1}"#, on: wrapped)
        let bare = world.open(.binance, "/ws/btcusdt@bookTicker/btcusdt@trade")
        world.pass(seconds: 0.05)
        #expect(world.frames[wrapped]?.dropFirst().map { $0 } == [Self.quote1])
        #expect(world.state["source"]?["state"]?.text == "running")
        world.pass(seconds: 1)
        #expect(world.frames[wrapped]?.dropFirst().map { $0 } == [Self.quote1, Self.quote2])
        #expect(world.frames[bare]?.first == #"{"u":1,"s":"BTCUSDT","b":"5.10","B":"1","a":"5.20","A":"2"}"#)
        #expect(world.frames[bare]?.count == 3)
        #expect(world.state["source"]?["state"]?.text == "finished")
        #expect(world.count("quotes_sent", of: .binance) == 4)
        #expect(world.count("trades_sent", of: .binance) == 1)
        world.pass(seconds: 40, answersPings: true)
        #expect(world.ended.isEmpty)
        let answers = world.send(#"{"method":"LIST_SUBSCRIPTIONS","id":2}"#, on: wrapped)
        #expect(answers.count == 1)
    }

    @Test("lists the recorded symbols with the first recorded quote")
    func lists() throws {
        var world = World(replay: [Simulator.Replayed(venue: .binance, log: try Self.log())], speed: 1)
        let request = RestRequest(method: "GET", target: "/api/v3/ticker/bookTicker")
        let response = world.simulator.respond(to: request, venue: .binance, at: world.now)
        let tickers = try JSONParser.parse(try #require(response).body).elements ?? []
        #expect(tickers.count == 1)
        #expect(tickers.first?["bidPrice"]?.text == "5.10000000")
        let info = RestRequest(method: "GET", target: "/api/v3/exchangeInfo")
        let body = world.simulator.respond(to: info, venue: .binance, at: world.now)
        let symbol = try JSONParser.parse(try #require(body).body)["symbols"]?.elements?.first
        #expect(symbol?["baseAsset"]?.text == "BTC" && symbol?["quoteAsset"]?.text == "USDT")
    }

    @Test("a pause of the process pauses the recording")
    func pause() throws {
        var world = World(replay: [Simulator.Replayed(venue: .binance, log: try Self.log())], speed: 1)
        let id = world.open(.binance, "/stream", query: "streams=btcusdt@bookTicker")
        world.pass(seconds: 1)
        world.standStill(seconds: 600)
        world.pass(seconds: 5)
        #expect(world.frames[id] == [Self.quote1])
    }

    @Test("what is no wire log is refused with its line")
    func refuses() {
        #expect(throws: WireLog.ReadError.line(2)) {
            try WireLog(file: Array("0 < {}\nnonsense\n".utf8))
        }
        #expect(throws: WireLog.ReadError.compression(.damaged(code: -3))) {
            try WireLog(file: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0])
        }
    }

    @Test("plays a recorded venue, all of its quotes", .enabled(if: Captures.areExpected, "no captures here"))
    func recorded() throws {
        let log = try WireLog(file: try Captures.bytes("binance/spot-btcusdt-20240808-30s.log"))
        let expected = log.received.filter { line in
            String(decoding: log.bytes[line.frame], as: UTF8.self).contains("@bookTicker")
        }
        var world = World(replay: [Simulator.Replayed(venue: .binance, log: log)], speed: 20)
        let id = world.open(.binance, "/stream", query: "streams=btcusdt@bookTicker")
        world.pass(seconds: 2)
        #expect(world.state["source"]?["state"]?.text == "finished")
        let sent = expected.map { String(decoding: log.bytes[$0.frame], as: UTF8.self) }
        #expect(world.frames[id] == sent)
    }

    @Test("unpacks gzip", .enabled(if: Captures.areExpected, "no captures here"))
    func gunzip() throws {
        let info = try Captures.json("binance/rest-exchangeInfo-20211012.json.gz")
        #expect((info["symbols"]?.elements?.count ?? 0) > 1_000)
    }
}
