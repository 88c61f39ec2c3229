/// Bybit v5, the spot socket.
///
/// Source: bybit-exchange/docs, `docs/v5/websocket/`; refusals as seen by clients.
struct BybitDialect: Dialect {
    private let symbols: Set<String>

    private static let argsPerFrame = 10
    private static let argsLength = 21_000
    private static let idleSeconds = 600.0
    /// Due every 20 s: who leaves out two of them forgot it.
    private static let heartbeatSeconds = 60.0
    private static let depths: Set<String> = ["1", "50", "200", "1000"]

    let repeatSeconds: Double? = 3
    let admission = Admission(attemptsPerFiveMinutes: 500)

    init(listings: [Listing]) {
        self.symbols = Set(listings.filter { $0.standing != .delisted }.map(\.symbol))
    }

    func form(ofConnection number: Int) -> FrameForm { .extended }

    /// A UUID, as the spot socket has them.
    func connectionName(generator: inout SplitMix64) -> String {
        [8, 4, 4, 4, 12].map { generator.hexadecimal(digits: $0) }.joined(separator: "-")
    }

    func opening(path: String, query: String) -> Opening? {
        path == "/v5/public/spot" ? Opening() : nil
    }

    func reactToPing(on connection: inout Connection, at now: Moment) -> [Reaction] { [] }
    func reactToPong(_ payload: [UInt8], on connection: inout Connection, at now: Moment) -> [Reaction] { [] }

    func reactToTime(on connection: inout Connection, at now: Moment) -> [Reaction] {
        let isIdle =
            now.seconds(since: connection.lastReceived) >= Self.idleSeconds
            && now.seconds(since: connection.lastSent) >= Self.idleSeconds
        guard isIdle else {
            guard now.seconds(since: connection.lastPing) >= Self.heartbeatSeconds else { return [] }
            connection.lastPing = now
            return [.broke(.heartbeat, evidence: "no ping for \(Int(Self.heartbeatSeconds)) s; it is due every 20 s")]
        }
        return [.broke(.idle, evidence: "no ping and no data for 10 minutes"), .cut(code: nil)]
    }

    // MARK: - Requests

    func react(to frame: [UInt8], on connection: inout Connection, at now: Moment) -> [Reaction] {
        guard let request = try? JSONParser.parse(frame), case .object = request else {
            return self.refuse(.malformed, "error:request is not json", op: "", nil, connection)
        }
        let identifier = request["req_id"]
        switch request["op"]?.text {
        case "ping":
            connection.lastPing = now
            return [self.answer(true, "pong", op: "ping", nil, connection)]
        case "subscribe":
            connection.subscribeRequests += 1
            return self.subscribe(request["args"]?.texts ?? [], identifier, on: connection)
        case "unsubscribe":
            let topics = request["args"]?.texts ?? []
            return topics.map { .unsubscribe($0) }
                + [self.answer(true, "unsubscribe", op: "unsubscribe", identifier ?? .string(""), connection)]
        case let op:
            return self.refuse(.badRequest, "error:unknown op", op: op ?? "", identifier, connection)
        }
    }

    private func subscribe(_ topics: [String], _ identifier: JSONValue?, on connection: Connection) -> [Reaction] {
        guard !topics.isEmpty else {
            return self.refuse(.badRequest, "error:args is empty", op: "subscribe", identifier, connection)
        }
        guard topics.count <= Self.argsPerFrame else {
            // The one refusal that never repeats the request's id.
            return self.refuse(.argsPerFrame, "args size >10", op: "subscribe", nil, connection)
        }
        for topic in topics {
            if let (rule, message) = self.objection(to: topic, on: connection) {
                return self.refuse(rule, message, op: "subscribe", identifier ?? .string(""), connection)
            }
        }
        let length = (connection.streams + topics).reduce(0) { $0 + $1.utf8.count + 3 }
        guard length <= Self.argsLength else {
            return self.refuse(.argsLength, "error:args too long", op: "subscribe", identifier, connection)
        }
        let answer = self.answer(true, "subscribe", op: "subscribe", identifier ?? .string(""), connection)
        let streams: [Reaction] = topics.map { .subscribe($0) }
        let snapshots: [Reaction] = topics.map { .sendStanding($0) }
        // First data has been seen a few milliseconds before the acknowledgement: here on every second request.
        return streams + (connection.subscribeRequests.isMultiple(of: 2) ? snapshots + [answer] : [answer] + snapshots)
    }

    /// Why the whole frame must be refused, in the words of the venue.
    private func objection(to topic: String, on connection: Connection) -> (Rule, String)? {
        let parts = topic.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isKnown: Bool
        switch parts.first {
        case "orderbook": isKnown = parts.count == 3 && Self.depths.contains(parts[1])
        case "publicTrade", "tickers": isKnown = parts.count == 2
        default: isKnown = false
        }
        guard isKnown, let symbol = parts.last else {
            return (.unknownStream, "error:handler not found,topic:\(topic)")
        }
        guard self.symbols.contains(symbol) else { return (.unknownStream, "Invalid symbol :[\(topic)]") }
        guard !connection.isSubscribed(to: topic) else {
            return (.alreadySubscribed, "error:already subscribed,topic:\(topic)")
        }
        return nil
    }

    private func refuse(
        _ rule: Rule,
        _ message: String,
        op: String,
        _ identifier: JSONValue?,
        _ connection: Connection
    ) -> [Reaction] {
        [.broke(rule, evidence: message), self.answer(false, message, op: op, identifier, connection)]
    }

    private func answer(
        _ isSuccess: Bool,
        _ message: String,
        op: String,
        _ identifier: JSONValue?,
        _ connection: Connection
    ) -> Reaction {
        var text = FrameText()
        text.raw(isSuccess ? "{\"success\":true,\"ret_msg\":" : "{\"success\":false,\"ret_msg\":")
        text.quoted(message)
        text.raw(",\"conn_id\":")
        text.quoted(connection.name)
        if let identifier {
            text.raw(",\"req_id\":")
            text.value(identifier)
        }
        text.raw(",\"op\":")
        text.quoted(op)
        text.raw("}")
        return .send(text.bytes)
    }
}
