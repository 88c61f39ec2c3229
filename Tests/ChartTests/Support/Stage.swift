import Chart
import Core
import Metrics
import TestSupport

/// A hub with three known pairs, and what it asked for.
struct Stage {
    static let btc = ChartKey(symbol: "BTCUSDT", exchange1: "binance", exchange2: "bybit")
    static let eth = ChartKey(symbol: "ETHUSDT", exchange1: "bybit", exchange2: "binance")
    static let sol = ChartKey(symbol: "SOLUSDT", exchange1: "gateio", exchange2: "bybit")
    /// The position is the pair's index.
    static let keys = [Stage.btc, Stage.eth, Stage.sol]

    let registry: Registry
    var hub: ChartHub
    var actions: [ChartAction] = []

    init(configured: [ChartKey] = [], known: [ChartKey] = Stage.keys, settings: ChartSettings = ChartSettings()) {
        let registry = Registry()
        self.registry = registry
        self.hub = ChartHub(
            configured: configured,
            settings: settings,
            metrics: ChartMetrics(registry),
            lookup: Self.lookup(known)
        )
    }

    static func lookup(_ known: [ChartKey]) -> ChartHub.Lookup {
        { key in known.contains(key) ? Self.keys.firstIndex(of: key).map(PairIndex.init) : nil }
    }

    static func request(_ type: String, _ key: ChartKey) -> [UInt8] {
        Array(
            """
            {"type":"\(type)","symbol":"\(key.symbol)","exchange1":"\(key.exchange1)","exchange2":"\(key.exchange2)"}
            """.utf8
        )
    }

    /// A point at its own number's millisecond, so that a message shows which points it holds.
    static func point(_ pair: Int, _ number: UInt64) -> PairPoint {
        PairPoint(
            pair: PairIndex(pair),
            number: number,
            time: Timestamp(milliseconds: Int64(number)),
            spread: Double(number) / 1024,
            band: number.isMultiple(of: 2) ? Band(upper: 0.5, lower: -0.25) : nil,
            venue: VenueIndex(0),
            receivedAt: .never
        )
    }

    // MARK: Verbs

    mutating func open(_ id: UInt64, _ query: String? = nil) {
        self.hub.clientOpened(id, query: query, into: &self.actions)
    }

    mutating func open(_ id: UInt64, _ key: ChartKey) {
        self.open(id, "symbol=\(key.symbol)&exchange1=\(key.exchange1)&exchange2=\(key.exchange2)")
    }

    mutating func send(_ type: String, _ key: ChartKey, from id: UInt64) {
        self.hub.received(Self.request(type, key), from: id, into: &self.actions)
    }

    mutating func send(_ text: String, from id: UInt64) {
        self.hub.received(Array(text.utf8), from: id, into: &self.actions)
    }

    mutating func update(_ pair: Int, _ numbers: ClosedRange<UInt64>) {
        self.hub.updates(numbers.map { Self.point(pair, $0) }, into: &self.actions)
    }

    /// Answers a request with the last `count` points up to `number`.
    mutating func answer(_ request: HistoryRequest, upTo number: UInt64, count: UInt64 = 2) {
        let points = (0..<min(count, number)).reversed().map { Self.point(request.pair.position, number - $0) }
        let snapshot = ChartEncoder.snapshot(request.key, points: points, number: number, completeFrom: nil)
        self.hub.history(request, snapshot, into: &self.actions)
    }

    // MARK: What it asked for

    /// Takes the actions out, one line each, in words that a test can compare.
    mutating func taken() throws -> [String] {
        defer { self.actions = [] }
        return try self.actions.map { action in
            switch action {
            case .send(let clients, let bytes, let points):
                try Self.line(Message(bytes), points, to: clients)
            case .requestHistory(let request): "request \(request.pair.position)"
            case .unwatch(let pair): "unwatch \(pair.position)"
            case .close(let client, let reason): "close \(client): \(reason)"
            }
        }
    }

    private static func line(_ message: Message, _ points: Int, to clients: [UInt64]) -> String {
        let head = "\(message.type) to \(clients.sorted())"
        if message.type == "error" { return "\(head): \(message.reason)" }
        let numbers = message.timestamps.map { String(Int($0)) }.joined(separator: ",")
        let fault = points == message.timestamps.count ? "" : " weighs \(points)"
        return "\(head): \(message.pair.prefix(3)) \(message.seq) [\(numbers)]\(fault)"
    }

    /// The requests that the actions hold.
    var requests: [HistoryRequest] {
        self.actions.compactMap { if case .requestHistory(let request) = $0 { request } else { nil } }
    }

    /// The answers' texts that the actions hold.
    func refusals() throws -> [Message] {
        try self.actions.compactMap { action in
            guard case .send(_, let bytes, _) = action else { return nil }
            let message = try Message(bytes)
            return message.type == "error" ? message : nil
        }
    }

    /// What a scrape says of one of the feed's families.
    func sample(_ name: String) -> Int? {
        let exposition = String(decoding: self.registry.render(), as: UTF8.self)
        MovedFamilies.note(exposition)
        return exposition.split(separator: "\n")
            .first { $0.hasPrefix("arb1d_chart_\(name) ") }
            .flatMap { Int($0.split(separator: " ")[1]) }
    }
}
