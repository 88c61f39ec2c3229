import Testing

@testable import Simulation

/// What the venues never send cannot teach a client anything, so each kind of frame is held against a real one.
@Suite("Frames have the keys of recorded or documented frames", .enabled(if: Captures.areExpected, "no captures here"))
struct FrameKeysTests {
    @Test("on Binance spot and USD-M, wrapped and not", arguments: [SimulatedVenue.binance, .binanceUsdm])
    func binance(_ venue: SimulatedVenue) throws {
        var world = World(venues: [venue])
        let wrapped = world.open(venue, "/stream")
        let bare = world.open(venue, "/ws/btcusdt@bookTicker/btcusdt@trade")
        for text in [
            #"{"method":"SUBSCRIBE","params":["btcusdt@bookTicker","btcusdt@trade"],"id":1}"#,
            #"{"method":"LIST_SUBSCRIPTIONS","id":3}"#, #"{"method":"GET_PROPERTY","params":["combined"],"id":"x"}"#,
        ] { world.send(text, on: wrapped) }
        world.pass(seconds: 1.1)
        for text in [
            #"{"method":"SET_PROPERTY","params":["colour",true],"id":7}"#,
            #"{"method":"SET_PROPERTY","params":["combined","yes"],"id":8}"#, #"{"params":[]}"#, "{oops",
        ] { world.send(text, on: wrapped) }
        world.pass(seconds: 4)
        try self.expectKnown(world, folder: "binance", ids: [wrapped, bare], kinds: 7)
    }

    @Test("on Bybit")
    func bybit() throws {
        var world = World(venues: [.bybit])
        let id = world.open(.bybit, "/v5/public/spot")
        for text in [
            #"{"op":"subscribe","args":["orderbook.1.BTCUSDT","publicTrade.BTCUSDT"],"req_id":"a"}"#,
            #"{"op":"subscribe","args":["orderbook.1.ETHUSDT"]}"#, #"{"op":"ping"}"#,
            #"{"op":"subscribe","args":["orderbook.1.NOPEUSDT"]}"#, #"{"op":"subscribe","args":["no.such"]}"#,
            #"{"op":"subscribe","args":["1","2","3","4","5","6","7","8","9","10","11"]}"#,
            #"{"op":"subscribe","args":["orderbook.1.BTCUSDT"],"req_id":"b"}"#, "not json", #"{"op":"dance"}"#,
            #"{"op":"unsubscribe","args":["orderbook.1.ETHUSDT"],"req_id":"c"}"#,
        ] { world.send(text, on: id) }
        world.pass(seconds: 5)
        try self.expectKnown(world, folder: "bybit", ids: [id], kinds: 4)
    }

    @Test("on Gate, in both of its forms")
    func gate() throws {
        var world = World(venues: [.gateio])
        let ids = [world.open(.gateio, "/ws/v4/"), world.open(.gateio, "/ws/v4/")]
        for id in ids {
            for text in [
                #"{"time":1790000000,"channel":"spot.book_ticker","event":"subscribe","payload":["BTC_USDT"]}"#,
                #"{"time":1790000000,"channel":"spot.book_ticker","event":"subscribe","payload":["ETH_USDT"]}"#,
                #"{"id":5,"channel":"spot.trades","event":"subscribe","payload":["BTC_USDT"]}"#,
                #"{"channel":"spot.trades","event":"unsubscribe","payload":["ETH_USDT"]}"#,
                #"{"channel":"spot.trades","event":"subscribe","payload":["NOPE_USDT"]}"#,
                #"{"channel":"spot.nothing","event":"subscribe","payload":["BTC_USDT"]}"#,
                #"{"time":1,"channel":"spot.trades","event":"subscribe","payload":["BTC_USDT"]}"#,
                #"{"time":1790000000,"channel":"spot.ping"}"#, "{}",
            ] { world.send(text, on: id) }
        }
        world.pass(seconds: 20)
        try self.expectKnown(world, folder: "gateio", ids: ids, kinds: 9)
    }

    private func expectKnown(_ world: World, folder: String, ids: [ConnectionID], kinds: Int) throws {
        var known = Set(try Captures.frames(of: folder).map(\.keyPaths))
        // A connection of plain form is sent what others get in `data`.
        for frame in try Captures.frames(of: folder) {
            if let data = frame["data"], frame["stream"] != nil { known.insert(data.keyPaths) }
        }
        var seen: Set<Set<String>> = []
        for frame in ids.flatMap({ world.frames[$0] ?? [] }) {
            let paths = try parse(frame).keyPaths
            seen.insert(paths)
            #expect(known.contains(paths), "\(frame)")
        }
        #expect(seen.count >= kinds, "only \(seen.count) kinds of frames were sent")
    }
}
