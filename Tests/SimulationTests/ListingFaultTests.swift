import Testing

@testable import Simulation

@Suite("A venue that changes its list or refuses requests")
struct ListingFaultTests {
    private var world = World(venues: SimulatedVenue.allCases)

    private mutating func get(_ target: String, of venue: SimulatedVenue) -> RestResponse? {
        self.world.simulator.respond(to: RestRequest(method: "GET", target: target), venue: venue, at: self.world.now)
    }

    private static let lists: [(SimulatedVenue, String)] = [
        (.binance, "/api/v3/exchangeInfo"), (.binanceUsdm, "/fapi/v1/exchangeInfo"),
        (.bybit, "/v5/market/instruments-info?category=spot"), (.gateio, "/api/v4/spot/currency_pairs"),
    ]

    @Test("a delisted symbol leaves the list and falls silent; listed again, it is as before")
    mutating func delists() throws {
        for (venue, path) in Self.lists {
            let symbol = venue == .gateio ? "ETH_USDT" : "ETHUSDT"
            let name = "\"\(symbol)\""
            #expect(self.text(of: path, at: venue).contains(name))
            try self.world.order("delist \(venue.rawValue) symbol=ETHUSDT")
            #expect(!self.text(of: path, at: venue).contains(name))
            try self.world.order("list \(venue.rawValue) symbol=\(symbol)")
            #expect(self.text(of: path, at: venue).contains(name))
        }
        let id = self.world.open(.binance, "/stream", query: "streams=ethusdt@bookTicker")
        self.world.pass(seconds: 1)
        try self.world.order("delist binance symbol=ETHUSDT")
        let before = self.world.frames[id]?.count ?? 0
        #expect(before > 0)
        self.world.pass(seconds: 2)
        #expect(self.world.frames[id]?.count == before)
        try self.world.order("list binance symbol=ETHUSDT")
        self.world.pass(seconds: 2)
        #expect(self.world.frames[id]?.count ?? 0 > before)
    }

    @Test("a delisted symbol may be taken back by whoever has it, and is unknown to all others")
    mutating func takesBack() throws {
        func text(_ event: String) -> String {
            #"{"time":1790000000,"channel":"spot.book_ticker","event":"\#(event)","payload":["ETH_USDT"]}"#
        }
        let (one, other) = (self.world.open(.gateio, "/ws/v4/"), self.world.open(.gateio, "/ws/v4/"))
        self.world.send(text("subscribe"), on: one)
        try self.world.order("delist gateio symbol=ETHUSDT")
        #expect(self.world.send(text("unsubscribe"), on: one)[0].contains("success"))
        #expect(self.world.violations(of: .gateio).isEmpty)
        #expect(self.world.send(text("unsubscribe"), on: other)[0].contains("unknown currency pair"))
        #expect(self.world.violations(of: .gateio) == ["unknown_stream": 1])
    }

    @Test("a renamed symbol goes on under its new name alone")
    mutating func renames() throws {
        try self.world.order("rename all symbol=SOLUSDT to=LUNAUSDT")
        for (venue, path) in Self.lists {
            let list = self.text(of: path, at: venue)
            #expect(list.contains(venue == .gateio ? "\"LUNA_USDT\"" : "\"LUNAUSDT\""), "\(venue)")
            #expect(list.contains("\"LUNA\""))
            #expect(!list.contains("\"SOL\""))
        }
        let id = self.world.open(.bybit, "/v5/public/spot")
        let refusal = self.world.send(#"{"op":"subscribe","args":["orderbook.1.SOLUSDT"]}"#, on: id)
        #expect(refusal[0].contains("Invalid symbol"))
        self.world.send(#"{"op":"subscribe","args":["orderbook.1.LUNAUSDT"]}"#, on: id)
        self.world.pass(seconds: 2)
        #expect(self.world.frames[id]?.last?.contains("LUNAUSDT") == true)
    }

    @Test("a symbol that is denied is refused in the venue's words, or acknowledged in vain; what runs already goes on")
    mutating func denies() throws {
        let old = self.world.open(.bybit, "/v5/public/spot")
        self.world.send(#"{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}"#, on: old)
        try self.world.order("deny all symbol=BTCUSDT")
        let new = self.world.open(.bybit, "/v5/public/spot")
        let refusal = self.world.send(#"{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}"#, on: new)
        #expect(refusal.count == 1 && refusal[0].contains("Invalid symbol :[orderbook.1.BTCUSDT]"))
        #expect(self.world.send(#"{"op":"subscribe","args":["orderbook.1.ETHUSDT"]}"#, on: new).count == 2)
        let gate = self.world.open(.gateio, "/ws/v4/")
        let pairs = #"{"time":1790000000,"channel":"spot.book_ticker","event":"subscribe","payload":["BTC_USDT"]}"#
        #expect(self.world.send(pairs, on: gate)[0].contains("unknown currency pair"))
        let binance = self.world.open(.binance, "/stream")
        let streams = #"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],"id":1}"#
        #expect(self.world.send(streams, on: binance) == [#"{"result":null,"id":1}"#])
        let before = self.world.frames[old]?.count ?? 0
        self.world.pass(seconds: 4)
        #expect(self.world.frames[old]?.count ?? 0 > before)
        #expect(self.world.frames[binance]?.count == 1)
        for venue in SimulatedVenue.allCases { #expect(self.world.violations(of: venue).isEmpty, "\(venue)") }

        try self.world.order("heal all")
        self.world.send(streams, on: binance)
        self.world.pass(seconds: 2)
        #expect(self.world.frames[binance]?.count ?? 0 > 2)
        #expect(self.world.send(#"{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}"#, on: new).count == 2)
    }

    private mutating func text(of path: String, at venue: SimulatedVenue) -> String {
        String(decoding: self.get(path, of: venue)?.body ?? [], as: UTF8.self)
    }

    @Test("spoils the answers of one route only, so many times only")
    mutating func restRoute() throws {
        try self.world.order("rest binance route=instruments status=503 count=2")
        #expect(self.get("/api/v3/time", of: .binance)?.status == 200)
        #expect(self.get("/api/v3/exchangeInfo", of: .binance)?.status == 503)
        #expect(self.get("/api/v3/exchangeInfo", of: .binance)?.status == 503)
        #expect(self.get("/api/v3/exchangeInfo", of: .binance)?.status == 200)
        #expect(self.get("/fapi/v1/exchangeInfo", of: .binanceUsdm)?.status == 200)
    }

    @Test("spoils bodies: empty, huge, slow, or no JSON; half open, it answers nothing")
    mutating func restBodies() throws {
        try self.world.order("rest bybit body=empty count=1")
        #expect(self.get("/v5/market/time", of: .bybit)?.body.isEmpty == true)
        try self.world.order("rest bybit body=huge count=1")
        #expect(self.get("/v5/market/time", of: .bybit)?.blanks ?? 0 > 1 << 24)
        try self.world.order("rest bybit body=slow count=1")
        #expect(self.get("/v5/market/time", of: .bybit)?.bytesPerSecond != nil)
        try self.world.order("rest bybit body=garbage count=1")
        let garbage = self.get("/v5/market/time", of: .bybit)?.body ?? Array("{}".utf8)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(garbage) }
        try self.world.order("half-open bybit")
        #expect(self.get("/v5/market/time", of: .bybit) == nil)
    }

    @Test("who asks on after it was told to wait breaks a rule; who was under way with the answer does not")
    mutating func bans() throws {
        try self.world.order("rest binance route=time status=418 retry-after=5s count=1")
        let ban = self.get("/api/v3/time", of: .binance)
        #expect(ban?.status == 418)
        #expect(ban?.headers.contains { $0.name == "Retry-After" && $0.value == "5" } == true)
        _ = self.get("/api/v3/exchangeInfo", of: .binance)
        #expect(self.world.violations(of: .binance).isEmpty)
        self.world.pass(seconds: 2)
        _ = self.get("/api/v3/exchangeInfo", of: .binance)
        #expect(self.world.violations(of: .binance) == ["request_while_banned": 1])
        self.world.pass(seconds: 4)
        _ = self.get("/api/v3/exchangeInfo", of: .binance)
        #expect(self.world.violations(of: .binance) == ["request_while_banned": 1])
    }

    @Test("429 forbids what was asked, and nothing else")
    mutating func tooMany() throws {
        try self.world.order("rest gateio route=time status=429 retry-after=5s count=1")
        _ = self.get("/api/v4/spot/time", of: .gateio)
        self.world.pass(seconds: 2)
        _ = self.get("/api/v4/spot/tickers", of: .gateio)
        #expect(self.world.violations(of: .gateio).isEmpty)
        _ = self.get("/api/v4/spot/time", of: .gateio)
        #expect(self.world.violations(of: .gateio) == ["request_while_banned": 1])
    }
}
