/// Binance's market streams, spot or USD-M perpetuals.
///
/// Source: binance/binance-spot-api-docs, `web-socket-streams.md`.
struct BinanceDialect: Dialect {
    enum Market: Sendable { case spot, usdm }

    let market: Market
    /// Symbols that trade, in lower case as stream names have them.
    private let symbols: Set<String>

    private static let messagesPerSecond = 5
    private static let streamsPerConnection = 1_024
    private static let pongSeconds = 60.0
    private static let lifetimeSeconds = 86_400.0
    private static let outstandingPingsMax = 8
    private static let policyViolation: UInt16 = 1008

    let repeatSeconds: Double? = nil
    let admission = Admission(attemptsPerFiveMinutes: 300)

    init(market: Market, listings: [Listing]) {
        self.market = market
        self.symbols = Set(listings.filter { $0.standing == .trading }.map { $0.symbol.lowercased() })
    }

    func form(ofConnection number: Int) -> FrameForm { .plain }
    func connectionName(generator: inout SplitMix64) -> String { "" }

    func opening(path: String, query: String) -> Opening? {
        var path = Substring(path)
        if self.market == .usdm, path.hasPrefix("/public/") { path = path.dropFirst("/public".count) }
        var streams: [String] = []
        for item in query.split(separator: "&") where item.hasPrefix("streams=") {
            streams = item.dropFirst("streams=".count).split(separator: "/").map(String.init)
        }
        if path == "/stream" || path == "/stream/" { return self.opening(.extended, streams) }
        if path == "/ws" || path == "/ws/" { return self.opening(.plain, streams) }
        guard path.hasPrefix("/ws/") else { return nil }
        return self.opening(.plain, path.dropFirst(4).split(separator: "/").map(String.init))
    }

    private func opening(_ form: FrameForm, _ streams: [String]) -> Opening {
        Opening(form: form, reactions: self.subscriptions(to: Array(streams.prefix(Self.streamsPerConnection))))
    }

    // MARK: - Heartbeat

    func reactToPing(on connection: inout Connection, at now: Moment) -> [Reaction] {
        self.countMessage("ping", on: &connection, at: now)
    }

    func reactToPong(_ payload: [UInt8], on connection: inout Connection, at now: Moment) -> [Reaction] {
        // An unsolicited pong is allowed and proves nothing; the answer to a later ping covers the earlier ones.
        if let answered = connection.unansweredPings.lastIndex(where: { $0.payload == payload }) {
            connection.unansweredPings.removeSubrange(...answered)
        }
        return self.countMessage("pong", on: &connection, at: now)
    }

    func reactToTime(on connection: inout Connection, at now: Moment) -> [Reaction] {
        if let oldest = connection.unansweredPings.first, now.seconds(since: oldest.sentAt) >= Self.pongSeconds {
            return [
                .broke(.pongMissing, evidence: "no pong for \(Int(Self.pongSeconds)) s"),
                .cut(code: Self.policyViolation),
            ]
        }
        if now.seconds(since: connection.openedAt) >= Self.lifetimeSeconds {
            return [.broke(.lifetime, evidence: "24 h"), .cut(code: 1001)]
        }
        let every = self.market == .spot ? 20.0 : 180.0
        guard now.seconds(since: connection.lastPing) >= every else { return [] }
        connection.lastPing = now
        let payload = Array(String(now.unixMilliseconds).utf8)
        if connection.unansweredPings.count < Self.outstandingPingsMax {
            connection.unansweredPings.append((payload: payload, sentAt: now))
        }
        return [.ping(payload)]
    }

    private func countMessage(_ what: String, on connection: inout Connection, at now: Moment) -> [Reaction] {
        guard connection.exceeds(limit: Self.messagesPerSecond, at: now) else { return [] }
        return [
            .broke(.messageRate, evidence: "a \(what) was message \(Self.messagesPerSecond + 1) within a second"),
            .cut(code: Self.policyViolation),
        ]
    }

    // MARK: - Requests

    func react(to frame: [UInt8], on connection: inout Connection, at now: Moment) -> [Reaction] {
        let excess = self.countMessage("request", on: &connection, at: now)
        guard excess.isEmpty else { return excess }
        let request: JSONValue
        do {
            request = try JSONParser.parse(frame)
        } catch {
            return self.refuse(.malformed, code: 3, "Invalid JSON: expected value at line 1 column \(error.column)")
        }
        guard case .object = request else {
            return self.refuse(.malformed, code: 3, "Invalid JSON: expected value at line 1 column 1")
        }
        guard let identifier = self.identifier(of: request) else {
            return self.refuse(.badRequest, code: 2, "Invalid request: request ID must be an unsigned integer")
        }
        guard let method = request["method"]?.text else {
            let column = frame.count
            return self.refuse(
                .badRequest,
                code: 2,
                "Invalid request: missing field `method` at line 1 column \(column)"
            )
        }
        let parameters = request["params"]?.elements ?? []
        switch method {
        case "SUBSCRIBE", "UNSUBSCRIBE":
            return self.change(method, parameters, identifier, on: connection)
        case "LIST_SUBSCRIPTIONS":
            guard parameters.isEmpty else { return self.refuseTooMany() }
            var text = FrameText()
            text.array(connection.streams)
            return [self.result(text.bytes, identifier)]
        case "SET_PROPERTY":
            return self.setProperty(parameters, identifier, on: &connection)
        case "GET_PROPERTY":
            guard parameters.count < 2 else { return self.refuseTooMany() }
            guard parameters.first?.text == "combined" else { return self.refuseProperty(identifier) }
            return [self.result(Array((connection.form == .extended ? "true" : "false").utf8), identifier)]
        default:
            return self.refuse(
                .badRequest,
                code: 2,
                "Invalid request: unknown variant `\(method)`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, "
                    + "`LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 28"
            )
        }
    }

    /// A 64-bit signed integer, alphanumeric text of up to 36 characters, or null; also null when it is missing.
    private func identifier(of request: JSONValue) -> JSONValue? {
        switch request["id"] {
        case nil, .null: return .null
        case .number(let spelling): return Int64(spelling).map { _ in .number(spelling) }
        case .string(let text):
            let isAlphanumeric = text.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")
            }
            return text.utf8.count <= 36 && isAlphanumeric ? .string(text) : nil
        case .bool, .array, .object: return nil
        }
    }

    private func change(
        _ method: String,
        _ parameters: [JSONValue],
        _ identifier: JSONValue,
        on connection: Connection
    ) -> [Reaction] {
        let streams = parameters.compactMap(\.text)
        guard streams.count == parameters.count, !streams.isEmpty else {
            return self.refuse(.badRequest, code: 2, "Invalid request: missing field `params` at line 1 column 1")
        }
        guard method == "SUBSCRIBE" else {
            return streams.map { .unsubscribe($0) } + [self.result(Array("null".utf8), identifier)]
        }
        let added = Set(streams).filter { !connection.isSubscribed(to: $0) }.count
        guard connection.streams.count + added <= Self.streamsPerConnection else {
            return [
                .broke(.streamsPerConnection, evidence: "\(connection.streams.count + added) streams"),
                .cut(code: Self.policyViolation),
            ]
        }
        return [self.result(Array("null".utf8), identifier)] + self.subscriptions(to: streams)
    }

    /// Any name is taken; one that means nothing stays silent, which only the accounts tell.
    private func subscriptions(to streams: [String]) -> [Reaction] {
        var reactions: [Reaction] = []
        for stream in streams {
            let parts = stream.split(separator: "@", maxSplits: 1)
            if parts.count != 2 || !self.symbols.contains(String(parts[0])) {
                reactions.append(.broke(.unknownStream, evidence: stream))
            } else if parts[1] != "bookTicker", parts[1] != "trade" {
                reactions.append(.broke(.unsimulatedStream, evidence: stream))
            }
            reactions.append(.subscribe(stream))
        }
        return reactions
    }

    private func setProperty(
        _ parameters: [JSONValue],
        _ identifier: JSONValue,
        on connection: inout Connection
    ) -> [Reaction] {
        guard parameters.count <= 2 else { return self.refuseTooMany() }
        guard parameters.first?.text == "combined" else { return self.refuseProperty(identifier) }
        guard parameters.count == 2, case .bool(let isCombined) = parameters[1] else {
            return self.refuse(.badRequest, code: 1, "Invalid value type: expected Boolean")
        }
        connection.form = isCombined ? .extended : .plain
        return [self.result(Array("null".utf8), identifier)]
    }

    private func result(_ result: [UInt8], _ identifier: JSONValue) -> Reaction {
        var text = FrameText()
        text.raw("{\"result\":")
        text.raw(result)
        text.raw(",\"id\":")
        text.value(identifier)
        text.raw("}")
        return .send(text.bytes)
    }

    private func refuseTooMany() -> [Reaction] {
        self.refuse(.badRequest, code: 2, "Invalid request: too many parameters")
    }

    private func refuseProperty(_ identifier: JSONValue) -> [Reaction] {
        var text = FrameText()
        text.raw("{\"code\":0,\"msg\":\"Unknown property\",\"id\":")
        text.value(identifier)
        text.raw("}")
        return [.broke(.badRequest, evidence: "Unknown property"), .send(text.bytes)]
    }

    private func refuse(_ rule: Rule, code: Int64, _ message: String) -> [Reaction] {
        var text = FrameText()
        text.raw("{\"code\":")
        text.integer(code)
        text.raw(",\"msg\":")
        text.quoted(message)
        text.raw("}")
        return [.broke(rule, evidence: message), .send(text.bytes)]
    }
}
