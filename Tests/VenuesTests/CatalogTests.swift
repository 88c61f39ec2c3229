import Core
import Foundation
import TestSupport
import Testing
import Venues

@Suite("Recorded REST bodies", .enabled(if: Captures.areExpected, "the captures are not here"))
struct RecordedCatalogTests {
    private func body(_ path: String) throws -> [UInt8] { Array(try Captures.data(path)) }

    @Test("Binance's list of 2021 gives the spot symbols that trade, and no leveraged tokens")
    func binanceListing() throws {
        let body = try self.body("binance/rest-exchangeInfo-20211012.json.gz")
        let listing = try BinanceAdapter.catalog.listing(body.span)
        let symbols = Dictionary(uniqueKeysWithValues: listing.instruments.map { ($0.venueSymbol, $0) })
        #expect(symbols["BTCUSDT"] == ListedInstrument(venueSymbol: "BTCUSDT", base: "BTC", quote: "USDT"))
        #expect(symbols["1INCHUSDT"]?.base == "1INCH")
        #expect(symbols.keys.contains { $0.hasSuffix("UPUSDT") && $0 != "JUPUSDT" && $0 != "SUPERUSDT" } == false)
        try self.expectAgreement(listing, with: body) { row in
            row["status"] as? String == "TRADING" && row["isSpotTradingAllowed"] as? Bool == true
                && (row["permissions"] as? [String])?.contains("SPOT") == true
        }
    }

    /// Counts with Foundation's parser what ours should have kept.
    private func expectAgreement(_ listing: Listing, with body: [UInt8], _ isKept: ([String: Any]) -> Bool) throws {
        let json = try JSONSerialization.jsonObject(with: Data(body))
        let rows = try #require((json as? [String: Any])?["symbols"] as? [[String: Any]] ?? json as? [[String: Any]])
        let kept = rows.filter(isKept)
        let key = kept.first?["symbol"] == nil ? "id" : "symbol"
        #expect(listing.instruments.map(\.venueSymbol) == kept.compactMap { $0[key] as? String })
        #expect(listing.leftOut == rows.count - kept.count)
        #expect(!kept.isEmpty)
    }

    @Test("Gate's list of 2021 gives the tradable pairs, and no leveraged tokens")
    func gateListing() throws {
        let body = try self.body("gateio/rest-currency_pairs-20210422.json")
        let listing = try GateIoAdapter.catalog.listing(body.span)
        #expect(listing.instruments.contains(ListedInstrument(venueSymbol: "BTC_USDT", base: "BTC", quote: "USDT")))
        try self.expectAgreement(listing, with: body) { row in
            let base = row["base"] as? String ?? ""
            return row["trade_status"] as? String == "tradable"
                && !["3L", "3S", "5L", "5S"].contains(String(base.suffix(2)))
        }
    }

    @Test("the fee in Gate's profile is that of nearly all recorded pairs")
    func gateFee() throws {
        let body = try self.body("gateio/rest-currency_pairs-20210422.json")
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]])
        let fees = rows.compactMap { ($0["fee"] as? String).flatMap { Double($0) } }
        let usual = fees.count { abs($0 / 100 - GateIoAdapter.profile.takerFee.ratio) < 1e-12 }
        #expect(usual * 100 > fees.count * 99)
    }

    @Test("the bodies of the documentation list their instruments")
    func exampleListings() throws {
        let binance = try self.body("binance/rest-example-GetExchangeInfo.json")
        #expect(try BinanceAdapter.catalog.listing(binance.span).instruments.map(\.symbol) == ["ETHBTC"])
        let gate = try self.body("gateio/rest-example-GetSymbols.json")
        #expect(try GateIoAdapter.catalog.listing(gate.span).instruments.map(\.symbol) == ["ETHUSDT"])
        for (path, symbols) in [
            ("rest-example-GetSpotSymbols", ["BTCUSDT"]), ("rest-get_instruments_spot", ["BTCUSDT", "ETHUSDT"]),
            ("rest-example-GetLinearInverseSymbols", ["BTCUSDT"]),
            ("rest-get_instruments_linear", ["BTCUSDT", "ETHUSDT"]),
        ] {
            let body = try self.body("bybit/\(path).json")
            #expect(try BybitAdapter.catalog.listing(body.span).instruments.map(\.symbol) == symbols)
        }
    }

    @Test("the bodies of the documentation give volumes")
    func exampleVolumes() throws {
        let binance = try self.body("binance/rest-example-GetTicker.json")
        #expect(try BinanceAdapter.catalog.quoteVolumes(binance.span) == ["BNBBTC": 15.3])
        let bybit = try self.body("bybit/rest-example-GetSpotTickers.json")
        #expect(try BybitAdapter.catalog.quoteVolumes(bybit.span) == ["BTCUSDT": 243_765_620.65899866])
        let gate = try self.body("gateio/rest-example-GetTickers.json")
        #expect(try GateIoAdapter.catalog.quoteVolumes(gate.span) == ["BTC3L_USDT": 1_602_221.664_683_755_346_4])
    }

    @Test("the bodies of the documentation give seeds, Gate's without sizes")
    func exampleBookTickers() throws {
        let time = Timestamp(milliseconds: 5)
        let binance = try self.body("binance/rest-example-GetBookPrice.json")
        let binanceQuotes = try BinanceAdapter.catalog.bookTickers(
            binance.span,
            symbols: table(["LTCBTC"]),
            requestedAt: time
        )
        #expect(binanceQuotes.map(line) == ["4×431 4.000002×9 #0 @never"])
        #expect(binanceQuotes.map(\.flags) == [.seeded])
        #expect(binanceQuotes.map(\.receivedAt) == [time])
        let bybit = try self.body("bybit/rest-example-GetSpotTickers.json")
        let bybitQuotes = try BybitAdapter.catalog.bookTickers(
            bybit.span,
            symbols: table(["BTCUSDT"]),
            requestedAt: time
        )
        #expect(bybitQuotes.map(line) == ["20517.96×2 20527.77×1.862172 #0 @never"])
        let gate = try self.body("gateio/rest-example-GetTickers.json")
        let gateQuotes = try GateIoAdapter.catalog.bookTickers(
            gate.span,
            symbols: table(["BTC3L_USDT"]),
            requestedAt: time
        )
        #expect(gateQuotes.map(line) == ["2.4606821×0 2.477×0 #0 @never"])
        #expect(gateQuotes.map(\.flags) == [[.seeded, .unsized]])
    }

    @Test("Binance's clock is read")
    func serverTime() throws {
        let body = try self.body("binance/rest-example-GetServerTime.json")
        #expect(try BinanceAdapter.catalog.serverTime(body.span) == Timestamp(milliseconds: 1_499_827_319_559))
    }
}

@Suite("REST catalogs")
struct CatalogTests {
    private func listing(_ catalog: any VenueCatalog, _ body: String) throws -> Listing {
        try catalog.listing(Array(body.utf8).span)
    }

    @Test("Binance leaves out what does not trade on spot, and tolerates missing members")
    func binanceFilter() throws {
        func row(_ name: String, _ more: String) -> String {
            #"{"symbol":"\#(name)","baseAsset":"A","quoteAsset":"B"\#(more)}"#
        }
        let rows = [
            row("K1", #","status":"TRADING""#), row("K2", #","status":"TRADING","permissionSets":[["MARGIN","SPOT"]]"#),
            row("K3", #","status":"TRADING","permissions":[],"permissionSets":[]"#),
            row("L1", #","status":"BREAK""#), row("L2", #","status":"CANCEL_ONLY""#), row("L3", ""),
            row("L4", #","status":"TRADING","isSpotTradingAllowed":false"#),
            row("L5", #","status":"TRADING","permissions":["LEVERAGED"]"#),
            row("L6", #","status":"TRADING","permissionSets":[["TRD_GRP_1"]]"#),
            row("K1", #","status":"TRADING""#), row("", #","status":"TRADING""#), "5",
        ]
        let listing = try self.listing(BinanceAdapter.catalog, #"{"symbols":[\#(rows.joined(separator: ","))]}"#)
        #expect(listing.instruments.map(\.venueSymbol) == ["K1", "K2", "K3"])
        #expect(listing.leftOut == 9)
    }

    @Test("of USD-M only perpetuals that trade stay")
    func perpetualFilter() throws {
        func row(_ name: String, _ type: String, _ status: String = "TRADING") -> String {
            #"{"symbol":"\#(name)","baseAsset":"A","quoteAsset":"B","contractType":"\#(type)","status":"\#(status)"}"#
        }
        let rows = [
            row("K", "PERPETUAL"), row("D", "CURRENT_QUARTER"), row("S", "PERPETUAL", "SETTLING"),
            row("T", "TRADIFI_PERPETUAL"),
        ]
        let body = #"{"symbols":[\#(rows.joined(separator: ","))]}"#
        let listing = try self.listing(BinanceUSDMAdapter.catalog, body)
        #expect(listing == Listing(instruments: [.init(venueSymbol: "K", base: "A", quote: "B")], leftOut: 3))
    }

    @Test("Bybit leaves out what does not trade and leveraged tokens")
    func bybitFilter() throws {
        func row(_ base: String, _ status: String = "Trading") -> String {
            #"{"symbol":"\#(base)USDT","baseCoin":"\#(base)","quoteCoin":"USDT","status":"\#(status)"}"#
        }
        let rows = [row("BTC"), row("SAND2S"), row("BTC3L"), row("PRE", "PreLaunch"), row("3L")]
        let body = #"{"retCode":0,"retMsg":"","result":{"list":[\#(rows.joined(separator: ","))]}}"#
        let listing = try self.listing(BybitAdapter.catalog, body)
        #expect(listing.instruments.map(\.base) == ["BTC", "3L"])
        #expect(listing.leftOut == 3)
    }

    @Test("Gate leaves out premarket, one-way, leaving and leveraged pairs")
    func gateFilter() throws {
        func row(_ base: String, _ more: String) -> String {
            #"{"id":"\#(base)_B","base":"\#(base)","quote":"B"\#(more)}"#
        }
        let ok = #","trade_status":"tradable""#
        let rows = [
            row("K1", ok), row("K2", ok + #","type":"normal","delisting_time":0"#),
            row("P", ok + #","type":"premarket""#),
            row("D", ok + #","delisting_time":1790000000"#), row("S", #","trade_status":"sellable""#), row("ETH5S", ok),
        ]
        let listing = try self.listing(GateIoAdapter.catalog, "[\(rows.joined(separator: ","))]")
        #expect(listing.instruments.map(\.base) == ["K1", "K2"])
        #expect(listing.leftOut == 4)
    }

    @Test("a venue's own error is a refusal with its words")
    func refusals() {
        for (catalog, body, error) in [
            (
                BinanceAdapter.catalog, #"{"code":-1121,"msg":"Invalid symbol."}"#,
                CatalogError.refused(code: "-1121", message: "Invalid symbol.")
            ),
            (
                BybitAdapter.catalog, #"{"retCode":10006,"retMsg":"Too many \"visits\"!","result":{}}"#,
                .refused(code: "10006", message: "Too many \"visits\"!")
            ),
            (
                GateIoAdapter.catalog, #"{"label":"TOO_MANY_REQUESTS","message":"slow"}"#,
                .refused(code: "TOO_MANY_REQUESTS", message: "slow")
            ),
        ] {
            let bytes = Array(body.utf8)
            #expect(throws: error) { try catalog.listing(bytes.span) }
            #expect(throws: error) { try catalog.quoteVolumes(bytes.span) }
            #expect(throws: error) { try catalog.serverTime(bytes.span) }
            #expect(throws: error) { try catalog.bookTickers(bytes.span, symbols: table([]), requestedAt: .never) }
        }
    }

    @Test(
        "a body that is not the route's JSON is malformed",
        arguments: ["", "<html>", "{", "[1,", "5", "{}", #"{"symbols":{}}"#]
    )
    func malformed(body: String) {
        let bytes = Array(body.utf8)
        for adapter in VenueRegistry.all {
            #expect(throws: CatalogError.self) { try adapter.catalog.listing(bytes.span) }
            #expect(throws: CatalogError.self) { try adapter.catalog.serverTime(bytes.span) }
        }
        #expect(throws: CatalogError.malformed(at: 5)) {
            try BinanceAdapter.catalog.listing(Array(#"{"a":x}"#.utf8).span)
        }
    }

    @Test("rows without a readable number are skipped, and the others stay")
    func unreadableRows() throws {
        let body =
            Array(
                #"[{"symbol":"A","quoteVolume":"x","bidPrice":"x"},{"symbol":"B","quoteVolume":"NaN","bidPrice":"-1"},"#
                    .utf8
            )
            + Array(
                #"{"symbol":"C","quoteVolume":7,"bidPrice":"0.0","bidQty":"0.0","askPrice":"2","askQty":"1"},5]"#.utf8
            )
        #expect(try BinanceAdapter.catalog.quoteVolumes(body.span) == ["C": 7])
        let symbols = table(["A", "B", "C"])
        let quotes = try BinanceAdapter.catalog.bookTickers(body.span, symbols: symbols, requestedAt: .never)
        #expect(quotes.map(line) == ["0×0 2×1 #0 @never"])
        #expect(quotes.map(\.flags) == [[.seeded, .oneSided]])
    }

    @Test("the clocks of Bybit and Gate are read")
    func clocks() throws {
        let nano = Array(#"{"retCode":0,"result":{"timeSecond":"1688639403","timeNano":"1688639403423213947"}}"#.utf8)
        #expect(try BybitAdapter.catalog.serverTime(nano.span).nanoseconds == 1_688_639_403_423_213_947)
        let second = Array(#"{"retCode":0,"result":{"timeSecond":"1688639403"}}"#.utf8)
        #expect(try BybitAdapter.catalog.serverTime(second.span).nanoseconds == 1_688_639_403_000_000_000)
        let gate = Array(#"{"server_time":1597026383085}"#.utf8)
        #expect(try GateIoAdapter.catalog.serverTime(gate.span) == Timestamp(milliseconds: 1_597_026_383_085))
    }

    @Test("every venue is registered under its own name and speaks over TLS")
    func registry() {
        let profiles = VenueRegistry.all.map { $0.profile }
        #expect(profiles.map(\.name) == ["binance", "binance-usdm", "bybit", "gateio"])
        for profile in profiles {
            #expect(VenueRegistry.adapter(named: profile.name)?.profile.name == profile.name)
            #expect(profile.restBase.hasPrefix("https://"))
            #expect(profile.webSocketBase.hasPrefix("wss://"))
            #expect(profile.webSocketPath.hasPrefix("/"))
            #expect(profile.deadAfter == .seconds(20))
            #expect(profile.takerFee.ratio > 0 && profile.takerFee.ratio < 0.01)
        }
        #expect(VenueRegistry.adapter(named: "nowhere") == nil)
    }
}
