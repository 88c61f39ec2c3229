import Chart
import Core
import Metrics
import TestSupport
import Testing

/// An engine, an update channel, a server and clients around a hub, all of which do as chance has it.
struct World {
    struct Rules {
        /// The update channel loses one batch of points in so many; 0: none.
        var losesOneIn = 0
        var keptPoints = 10_000
        /// A history fails once in so many times; 0: never.
        var failsOneIn = 0
    }

    /// What a client knows of a pair that it asked for.
    enum View: Equatable {
        case waiting
        /// Followed up to this point.
        case upTo(UInt64)
    }

    private enum Command {
        case history(HistoryRequest)
        case unwatch(PairIndex)
    }

    let rules: Rules
    let keys: [ChartKey]
    let registry = Registry()
    var random: SplitMix64
    var hub: ChartHub
    /// By name: the pairs that the engine has.
    private var listed: [ChartKey: PairIndex] = [:]
    /// The same as the hub saw it last.
    private var seen: [ChartKey: PairIndex] = [:]
    private var nextID: UInt64 = 1

    // The engine: what it was told and has not done, the pairs' numbers, and which of them it publishes.
    private var commands: [Command] = []
    private var numbers: [UInt64] = []
    private var names: [ChartKey] = []
    private var published: Set<PairIndex> = []
    private var histories: [(request: HistoryRequest, number: UInt64?)] = []
    private var channel: [PairPoint] = []

    // The clients, and what the server has queued for them.
    private(set) var views: [UInt64: [ChartKey: View]] = [:]
    private var queues: [UInt64: [Int]] = [:]

    // What the hub asked for, and what must have been counted.
    private(set) var watched: Set<PairIndex> = []
    private(set) var missed: UInt64 = 0
    private(set) var merged: UInt64 = 0
    private(set) var messages = 0

    init(seed: UInt64, rules: Rules) {
        self.rules = rules
        self.random = SplitMix64(seed: seed)
        let keys = (0..<5).map { ChartKey(symbol: "S\($0)", exchange1: "a", exchange2: "b") }
        self.keys = keys
        var settings = ChartSettings()
        settings.keptPoints = rules.keptPoints
        settings.subscriptionsPerClient = 4
        self.hub = ChartHub(
            configured: Array(keys.suffix(3)),
            settings: settings,
            metrics: ChartMetrics(self.registry),
            lookup: { _ in nil }
        )
        for key in keys.prefix(3) { self.list(key) }
        var actions: [ChartAction] = []
        self.look(into: &actions)
    }

    /// Lists a pair, under a number of its own each time.
    private mutating func list(_ key: ChartKey) {
        self.listed[key] = PairIndex(self.numbers.count)
        self.numbers.append(0)
        self.names.append(key)
    }

    // MARK: Chance

    mutating func step() throws {
        switch self.random.int(0...19) {
        case 0: try self.open()
        case 1: try self.close()
        case 2...4: try self.ask()
        case 5...8: self.makePoints()
        case 9...11: self.obey()
        case 12...13: try self.answer(self.random.oneIn(3))
        case 14...16: try self.deliver()
        case 17...18: try self.write()
        default: if self.random.oneIn(8) { self.changeListing() } else { try self.look() }
        }
        self.check()
    }

    /// Lets everything that is under way arrive.
    mutating func settle() throws {
        repeat {
            try self.look()
            while !self.commands.isEmpty { self.obey() }
            while !self.histories.isEmpty { try self.answer(true) }
            while !self.channel.isEmpty { try self.deliver() }
            while self.queues.values.contains(where: { !$0.isEmpty }) { try self.write() }
            self.check()
        } while !self.commands.isEmpty
    }

    mutating func closeAll() throws {
        while !self.views.isEmpty { try self.close() }
        self.check()
    }

    private mutating func open() throws {
        guard self.views.count < 8 else { return }
        let id = self.nextID
        self.nextID += 1
        var actions: [ChartAction] = []
        self.queues[id] = []
        if self.random.oneIn(2) {
            self.views[id] = Dictionary(uniqueKeysWithValues: self.keys.suffix(3).map { ($0, .waiting) })
            self.hub.clientOpened(id, query: nil, into: &actions)
        } else {
            self.views[id] = [self.keys[0]: .waiting]
            self.hub.clientOpened(id, query: "symbol=S0&exchange1=a&exchange2=b", into: &actions)
        }
        try self.perform(actions)
    }

    private mutating func close() throws {
        guard let id = self.views.keys.sorted().randomElement(using: &self.random) else { return }
        var actions: [ChartAction] = []
        self.hub.clientClosed(id, unsent: self.queues[id]?.reduce(0, +) ?? 0, into: &actions)
        self.views[id] = nil
        self.queues[id] = nil
        try self.perform(actions)
    }

    /// Subscribes or unsubscribes; what the hub refuses leaves the view as it was.
    private mutating func ask() throws {
        guard let id = self.views.keys.sorted().randomElement(using: &self.random) else { return }
        let key = self.keys[self.random.int(0...4)]
        let type = self.random.oneIn(2) ? "subscribe" : "unsubscribe"
        var actions: [ChartAction] = []
        self.hub.received(Stage.request(type, key), from: id, into: &actions)
        let isRefused = try actions.contains { action in
            guard case .send(_, let bytes, _) = action else { return false }
            return try Message(bytes).type == "error"
        }
        if !isRefused {
            if type == "unsubscribe" {
                #expect(self.views[id]?.removeValue(forKey: key) != nil)
            } else if self.views[id]?[key] == nil {
                self.views[id]?[key] = .waiting
            }
        }
        try self.perform(actions)
    }

    /// Lists what is not listed, or delists what is.
    private mutating func changeListing() {
        let key = self.keys[self.random.int(0...4)]
        guard let pair = self.listed.removeValue(forKey: key) else { return self.list(key) }
        self.published.remove(pair)
        // It may come again before the hub has seen that it was gone.
        if self.random.oneIn(4) { self.list(key) }
    }

    /// Has the hub see which pairs there are.
    private mutating func look() throws {
        var actions: [ChartAction] = []
        self.look(into: &actions)
        try self.perform(actions)
    }

    private mutating func look(into actions: inout [ChartAction]) {
        self.seen = self.listed
        self.hub.universeChanged({ [seen] in seen[$0] }, into: &actions)
    }

    // MARK: Engine and channel

    private mutating func makePoints() {
        for _ in 0..<self.random.int(1...6) {
            guard let pair = self.listed[self.keys[self.random.int(0...4)]]?.position else { continue }
            self.numbers[pair] += 1
            guard self.published.contains(PairIndex(pair)) else { continue }
            if self.rules.losesOneIn > 0, self.random.oneIn(self.rules.losesOneIn) { continue }
            self.channel.append(Stage.point(pair, self.numbers[pair]))
        }
    }

    private mutating func obey() {
        guard !self.commands.isEmpty else { return }
        switch self.commands.removeFirst() {
        case .history(let request):
            let isListed = self.listed[request.key] == request.pair
            if isListed { self.published.insert(request.pair) }
            self.histories.append((request, isListed ? self.numbers[request.pair.position] : nil))
        case .unwatch(let pair): self.published.remove(pair)
        }
    }

    /// Two threads join histories, so any one may be the next.
    private mutating func answer(_ isAnyOne: Bool) throws {
        guard !self.histories.isEmpty else { return }
        let index = isAnyOne ? self.random.int(0...self.histories.count - 1) : 0
        let (request, number) = self.histories.remove(at: index)
        var actions: [ChartAction] = []
        let fails = self.rules.failsOneIn > 0 && self.random.oneIn(self.rules.failsOneIn)
        if fails || number == nil {
            self.hub.historyUnavailable(request, into: &actions)
        } else if let number {
            let first = number - min(number, UInt64(self.random.int(0...4)))
            let points = (first..<number).map { Stage.point(request.pair.position, $0 + 1) }
            let snapshot = ChartEncoder.snapshot(request.key, points: points, number: number, completeFrom: nil)
            self.hub.history(request, snapshot, into: &actions)
        }
        try self.perform(actions)
    }

    private mutating func deliver() throws {
        let batch = Array(self.channel.prefix(self.random.int(1...12)))
        self.channel.removeFirst(batch.count)
        var actions: [ChartAction] = []
        self.hub.updates(batch, into: &actions)
        try self.perform(actions)
    }

    // MARK: Server and clients

    private mutating func write() throws {
        let busy = self.queues.keys.filter { self.queues[$0]?.isEmpty == false }.sorted()
        guard let id = busy.randomElement(using: &self.random) else { return }
        guard let points = self.queues[id]?.removeFirst() else { return }
        var actions: [ChartAction] = []
        self.hub.written(points, by: id, into: &actions)
        try self.perform(actions)
    }

    private mutating func perform(_ actions: [ChartAction]) throws {
        for action in actions {
            switch action {
            case .requestHistory(let request):
                self.watched.insert(request.pair)
                self.commands.append(.history(request))
            case .unwatch(let pair):
                #expect(self.watched.remove(pair) != nil, "unwatched what was not watched")
                self.commands.append(.unwatch(pair))
            case .close: Issue.record("nobody makes a hundred mistakes here")
            case .send(let clients, let bytes, let points):
                let message = try Message(bytes)
                #expect(message.timestamps.count == points)
                for id in clients {
                    try self.receive(message, id)
                    self.queues[id]?.append(points)
                }
            }
        }
    }

    private mutating func receive(_ message: Message, _ id: UInt64) throws {
        self.messages += 1
        if message.type == "error" {
            let ended = self.keys.first { message.text.contains($0.symbol + ":") }
            guard let ended else { return }
            switch message.reason {
            case "unavailable", "unknown_pair": self.views[id]?[ended] = nil
            case "delisted":
                self.views[id]?[ended] = self.keys.suffix(3).contains(ended) ? .waiting : nil
            default: break
            }
            return
        }
        let key = try #require(ChartKey(message.pair))
        let view = try #require(self.views[id]?[key], "client \(id) did not ask for \(message.pair)")
        let numbers = message.timestamps.map { UInt64($0) }
        #expect(message.spreads == numbers.map { Double($0) / 1024 * 100 })
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        switch (message.type, view) {
        case ("snapshot", _):
            #expect(numbers.last ?? message.seq == message.seq)
            #expect(message.seq <= self.numbers[try #require(self.seen[key]).position])
        case ("update", .upTo(let last)):
            #expect(numbers.last == message.seq)
            #expect(try #require(numbers.first) > last, "a point twice")
            // What a client computes from `seq` alone.
            let hole = message.seq - UInt64(numbers.count) - last
            self.missed += hole
            if numbers.count > 1 { self.merged += UInt64(numbers.count) }
        default: Issue.record("\(message.type) before the snapshot")
        }
        self.views[id]?[key] = .upTo(message.seq)
    }

    // MARK: What must always hold

    private func check() {
        let wanted = Set(self.views.values.flatMap { $0.keys })
        let followed = Set(self.views.values.flatMap { view in view.filter { $0.value != .waiting }.keys })
        let watchedKeys = Set(self.watched.map { self.names[$0.position] })
        #expect(watchedKeys.isSubset(of: wanted), "watched, but nobody subscribes")
        #expect(followed.isSubset(of: watchedKeys), "followed, but not watched")
        let held = self.queues.values.reduce(0) { $0 + $1.reduce(0, +) }
        #expect(self.hub.ledger(held: UInt64(held)).residual == 0)
    }

    /// Whether this client has every point of all its known pairs, up to the last one made.
    func isUpToDate(_ id: UInt64) -> Bool {
        (self.views[id] ?? [:]).allSatisfy { key, view in
            guard let pair = self.listed[key] else { return view == .waiting }
            return view == .upTo(self.numbers[pair.position])
        }
    }
}
