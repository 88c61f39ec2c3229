import Core
import Venues

@testable import Feed

/// How a virtual exchange speaks: just enough of each venue's protocol to be believed by its adapter.
enum VirtualDialect: String, CaseIterable {
    case binance
    case binanceUsdm = "binance-usdm"
    case bybit, gateio

    var adapter: any VenueAdapter.Type {
        switch self {
        case .binance: BinanceAdapter.self
        case .binanceUsdm: BinanceUSDMAdapter.self
        case .bybit: BybitAdapter.self
        case .gateio: GateIoAdapter.self
        }
    }

    func name(_ number: Int) -> String { self == .gateio ? "C\(number)_USDT" : "C\(number)USDT" }

    /// What a client asks for: whether to begin or end it, of which topics, and under which number.
    struct Request: Equatable {
        var isSubscribe = true
        var topics: [String] = []
        var number = ""
        var isPing = false
    }

    func request(_ text: String) -> Request {
        var request = Request(isSubscribe: !text.lowercased().contains("unsubscribe"))
        request.isPing = text.contains("\"ping\"") || text.contains("spot.ping")
        let key = self == .bybit ? "\"req_id\":\"" : "\"id\":"
        if let start = text.firstRange(of: key) {
            request.number = String(text[start.upperBound...].prefix { $0.isNumber })
        }
        let prefix = self == .gateio ? (text.contains("spot.trades") ? "trades " : "quotes ") : ""
        if let open = text.firstIndex(of: "["), let close = text.firstIndex(of: "]"), open < close {
            let list = text[text.index(after: open)..<close].split(separator: ",")
            request.topics = list.map { prefix + $0.filter { $0 != "\"" } }
        }
        return request
    }

    func quoteTopic(_ name: String) -> String {
        switch self {
        case .binance, .binanceUsdm: name.lowercased() + "@bookTicker"
        case .bybit: "orderbook.1." + name
        case .gateio: "quotes " + name
        }
    }

    func tradeTopic(_ name: String) -> String {
        switch self {
        case .binance, .binanceUsdm: name.lowercased() + "@trade"
        case .bybit: "publicTrade." + name
        case .gateio: "trades " + name
        }
    }

    func acknowledgement(_ request: Request) -> String {
        switch self {
        case .binance, .binanceUsdm: #"{"result":null,"id":\#(request.number)}"#
        case .bybit:
            request.isPing
                ? #"{"success":true,"ret_msg":"pong","op":"ping"}"#
                : #"{"success":true,"ret_msg":"subscribe","req_id":"\#(request.number)","op":"subscribe"}"#
        case .gateio:
            request.isPing
                ? #"{"channel":"spot.pong","event":"","result":null}"#
                : #"{"id":\#(request.number),"channel":"spot.book_ticker","event":"subscribe","result":{"status":"success"}}"#
        }
    }

    /// Says that the connection will be closed; Bybit never says so.
    var announcement: String? {
        switch self {
        case .binance, .binanceUsdm: #"{"e":"serverShutdown","E":1770123456789}"#
        case .bybit: nil
        case .gateio: #"{"channel":"spot.book_ticker","event":"upgrade","result":null}"#
        }
    }

    func quote(_ book: VirtualBook) -> String {
        let (name, u) = (book.name, book.update)
        return switch self {
        case .binance:
            #"{"stream":"x","data":{"u":\#(u),"s":"\#(name)","b":"\#(book.bid)","B":"1","a":"\#(book.ask)","A":"1"}}"#
        case .binanceUsdm:
            #"{"stream":"x","data":{"e":"bookTicker","u":\#(u),"s":"\#(name)","b":"\#(book.bid)","B":"1","#
                + #""a":"\#(book.ask)","A":"1","T":\#(book.milliseconds),"E":\#(book.milliseconds)}}"#
        case .bybit:
            #"{"topic":"orderbook.1.\#(name)","type":"snapshot","ts":9,"data":{"s":"\#(name)","#
                + #""b":[["\#(book.bid)","1"]],"a":[["\#(book.ask)","1"]],"u":\#(u)}}"#
        case .gateio:
            #"{"channel":"spot.book_ticker","event":"update","result":{"t":\#(book.milliseconds),"u":\#(u),"s":"\#(name)","#
                + #""b":"\#(book.bid)","B":"1","a":"\#(book.ask)","A":"1"}}"#
        }
    }

    func trade(_ book: VirtualBook) -> String {
        let (name, t) = (book.name, book.trade)
        return switch self {
        case .binance:
            #"{"stream":"x","data":{"e":"trade","s":"\#(name)","t":\#(t),"p":"\#(book.bid)","q":"1","T":9,"m":true}}"#
        case .binanceUsdm:
            #"{"stream":"x","data":{"e":"trade","s":"\#(name)","t":\#(t),"p":"\#(book.bid)","q":"1","T":9,"#
                + #""X":"MARKET","m":true}}"#
        case .bybit:
            #"{"topic":"publicTrade.\#(name)","type":"snapshot","ts":9,"data":[{"i":"\#(t)","T":9,"#
                + #""p":"\#(book.bid)","v":"1","S":"Sell","s":"\#(name)"}]}"#
        case .gateio:
            #"{"channel":"spot.trades","event":"update","result":{"id":\#(t * 7),"range":"\#(t)-\#(t)","#
                + #""create_time":9,"side":"sell","currency_pair":"\#(name)","amount":"1","price":"\#(book.bid)"}}"#
        }
    }

    /// The REST body of a route; `nanoseconds` is the venue's clock.
    func body(_ path: String, _ books: [VirtualBook], nanoseconds: Int64) -> String {
        if path.hasSuffix("/time") {
            return switch self {
            case .binance, .binanceUsdm: #"{"serverTime":\#(nanoseconds / 1_000_000)}"#
            case .bybit: #"{"retCode":0,"retMsg":"","result":{"timeNano":"\#(nanoseconds)"}}"#
            case .gateio: #"{"server_time":\#(nanoseconds / 1_000_000)}"#
            }
        }
        let wanted = path.split(separator: "=").count > 1 && (path.contains("symbol=") || path.contains("pair="))
        let rows = books.filter { !wanted || path.hasSuffix("=" + $0.name) }.map(self.row).joined(separator: ",")
        return self == .bybit ? #"{"retCode":0,"retMsg":"OK","result":{"list":[\#(rows)]}}"# : "[\(rows)]"
    }

    private func row(_ book: VirtualBook) -> String {
        switch self {
        case .binance, .binanceUsdm:
            #"{"symbol":"\#(book.name)","bidPrice":"\#(book.bid)","bidQty":"1","askPrice":"\#(book.ask)","askQty":"1"}"#
        case .bybit:
            #"{"symbol":"\#(book.name)","bid1Price":"\#(book.bid)","bid1Size":"1","#
                + #""ask1Price":"\#(book.ask)","ask1Size":"1"}"#
        case .gateio:
            #"{"currency_pair":"\#(book.name)","highest_bid":"\#(book.bid)","lowest_ask":"\#(book.ask)"}"#
        }
    }
}

/// The top of one virtual book, and its numbers.
struct VirtualBook {
    let name: String
    var bid = 1000
    var update = 100
    var trade = 1000
    /// When it last changed by the venue's clock, in milliseconds, where the venue says so with a quote.
    var milliseconds: Int64 = 9

    var ask: Int { self.bid + 1 }
}
