import Testing

@testable import Simulation

@Suite("REST bodies")
struct RestBodyTests {
    private func body(_ venue: SimulatedVenue, _ target: String, status: Int = 200) throws -> JSONValue {
        var world = World(venues: [venue])
        let request = RestRequest(method: "GET", target: target)
        let answer = world.simulator.respond(to: request, venue: venue, at: world.now)
        let response = try #require(answer)
        #expect(response.status == status)
        return try JSONParser.parse(response.body)
    }

    @Test(
        "have the keys of the documented example",
        .enabled(if: Captures.areExpected, "no captures here"),
        arguments: [
            (SimulatedVenue.binance, "/api/v3/ticker/24hr?symbol=BTCUSDT", "binance/rest-example-GetTicker.json"),
            (.binance, "/api/v3/ticker/bookTicker?symbol=BTCUSDT", "binance/rest-example-GetBookPrice.json"),
            (.binance, "/api/v3/time", "binance/rest-example-GetServerTime.json"),
            (.bybit, "/v5/market/instruments-info?category=spot", "bybit/rest-example-GetSpotSymbols.json"),
            (.bybit, "/v5/market/tickers?category=spot", "bybit/rest-example-GetSpotTickers.json"),
        ]
    )
    func keys(_ venue: SimulatedVenue, _ target: String, _ example: String) throws {
        let expected = try Captures.json(example).keyPaths
        #expect(try self.body(venue, target).keyPaths == expected)
    }

    @Test(
        "of Binance's symbols have no key that was never seen",
        .enabled(if: Captures.areExpected, "no captures here")
    )
    func exchangeInfo() throws {
        var known = try Captures.json("binance/rest-exchangeInfo-20211012.json.gz").keyPaths
        known.formUnion(try Captures.json("binance/rest-example-GetExchangeInfo.json").keyPaths)
        // Documented since: the permission sets, and the filter that took the place of MIN_NOTIONAL.
        known.insert("symbols.[].permissionSets")
        for key in ["applyMinToMarket", "maxNotional", "applyMaxToMarket"] {
            known.insert("symbols.[].filters.[].\(key)")
        }
        let keys = try self.body(.binance, "/api/v3/exchangeInfo").keyPaths
        #expect(keys.isSubset(of: known), "\(keys.subtracting(known))")
    }

    @Test(
        "of Gate's tickers have the keys of the example, which is of a leveraged token",
        .enabled(if: Captures.areExpected, "no captures here")
    )
    func gateTickers() throws {
        let known = try Captures.json("gateio/rest-example-GetTickers.json").keyPaths
        let keys = try self.body(.gateio, "/api/v4/spot/tickers").keyPaths
        #expect(keys.isSubset(of: known), "\(keys.subtracting(known))")
        #expect(keys.contains("[].etf_leverage"))
    }

    @Test("list what a client must leave alone")
    func filters() throws {
        let spot = try self.body(.binance, "/api/v3/exchangeInfo")["symbols"]?.elements ?? []
        #expect(spot.contains { $0["status"]?.text == "BREAK" })
        let usdm = try self.body(.binanceUsdm, "/fapi/v1/exchangeInfo")["symbols"]?.elements ?? []
        let dated = usdm.first { $0["symbol"]?.text == "BTCUSDT_270326" }
        #expect(dated?["contractType"]?.text == "CURRENT_QUARTER")
        #expect(usdm.contains { $0["status"]?.text == "HALT" })
        let pairs = try self.body(.gateio, "/api/v4/spot/currency_pairs").elements ?? []
        #expect(pairs.contains { $0["trade_status"]?.text == "untradable" })
        #expect(pairs.contains { $0["id"]?.text == "BTC3L_USDT" })
    }

    @Test("of unknown routes and symbols are errors in the venue's own form")
    func errors() throws {
        #expect(try self.body(.binance, "/nope", status: 404)["code"] != nil)
        #expect(try self.body(.binance, "/api/v3/ticker/24hr?symbol=NO", status: 400)["code"] == .number("-1121"))
        #expect(try self.body(.bybit, "/nope", status: 404)["retCode"] != nil)
        #expect(try self.body(.bybit, "/v5/market/tickers")["retCode"] == .number("10001"))
        #expect(try self.body(.gateio, "/nope", status: 404)["label"] != nil)
        let pair = try self.body(.gateio, "/api/v4/spot/tickers?currency_pair=NO_USDT", status: 400)
        #expect(pair["label"]?.text == "INVALID_CURRENCY_PAIR")
    }

    @Test("are refused beyond the venue's limit, with its headers")
    func limit() throws {
        var world = World(venues: [.binance])
        let request = RestRequest(method: "GET", target: "/api/v3/ticker/24hr")
        for _ in 0..<75 {
            let response = world.simulator.respond(to: request, venue: .binance, at: world.now)
            #expect(response?.status == 200)
        }
        let answer = world.simulator.respond(to: request, venue: .binance, at: world.now)
        let refusal = try #require(answer)
        #expect(refusal.status == 429)
        #expect(refusal.headers.contains { $0.name == "Retry-After" })
        #expect(world.violations(of: .binance) == ["rest_rate": 1])
    }
}
