/// Gate's v4 spot socket.
///
/// Half of the connections are answered as the page documents it, half as the live server has been seen to answer.
/// Source: Gate's spot WebSocket v4 page (2025-11-30) and frames seen live in 2026.
struct GateDialect: Dialect {
    private let symbols: Set<String>

    private static let idleSeconds = 30.0
    private static let idleSubscribedSeconds = 60.0
    private static let skewSecondsMax: Int64 = 60
    private static let channels: Set<String> = ["spot.book_ticker", "spot.trades"]

    let repeatSeconds: Double? = nil
    let admission = Admission(openConnections: 300)

    init(listings: [Listing]) {
        self.symbols = Set(listings.filter { $0.standing != .delisted }.map(\.symbol))
    }

    func form(ofConnection number: Int) -> FrameForm { number.isMultiple(of: 2) ? .plain : .extended }
    func connectionName(generator: inout SplitMix64) -> String { generator.hexadecimal(digits: 16) }

    func opening(path: String, query: String) -> Opening? {
        path == "/ws/v4/" ? Opening() : nil
    }

    // Frames of any kind keep the socket alive, which `lastReceived` already knows.
    func reactToPing(on connection: inout Connection, at now: Moment) -> [Reaction] { [] }
    func reactToPong(_ payload: [UInt8], on connection: inout Connection, at now: Moment) -> [Reaction] { [] }

    func reactToTime(on connection: inout Connection, at now: Moment) -> [Reaction] {
        let limit = connection.streams.isEmpty ? Self.idleSeconds : Self.idleSubscribedSeconds
        guard now.seconds(since: connection.lastReceived) >= limit else { return [] }
        // No close frame: the client sees the end of the stream (code 1006).
        return [.broke(.idle, evidence: "no frame of the client for \(Int(limit)) s"), .cut(code: nil)]
    }

    // MARK: - Requests

    func react(to frame: [UInt8], on connection: inout Connection, at now: Moment) -> [Reaction] {
        guard let request = try? JSONParser.parse(frame), case .object = request else {
            return [.broke(.malformed, evidence: "not JSON: no answer")]
        }
        let channel = request["channel"]?.text ?? ""
        if channel == "spot.ping" { return [self.pong(on: &connection, at: now)] }
        let asked = Request(
            channel: channel,
            event: request["event"]?.text ?? "",
            payload: request["payload"] ?? .array([]),
            identifier: request["id"]
        )
        if let time = request["time"]?.integer, abs(time - now.unixSeconds) > Self.skewSecondsMax {
            return self.refuse(asked, .timeSkew, code: 1, "invalid request time", on: &connection, at: now)
        }
        guard !channel.isEmpty, asked.event == "subscribe" || asked.event == "unsubscribe" else {
            return self.refuse(asked, .badRequest, code: 1, "invalid request body", on: &connection, at: now)
        }
        guard Self.channels.contains(channel) else {
            return self.refuse(asked, .unknownStream, code: 2, "Unknown channel \(channel)", on: &connection, at: now)
        }
        guard let pairs = asked.payload.texts, !pairs.isEmpty else {
            return self.refuse(asked, .badRequest, code: 2, "invalid argument", on: &connection, at: now)
        }
        // Who takes back what was granted breaks no rule, also when the pair is delisted by now.
        let streams = pairs.map { "\(channel) \($0)" }
        let isTakenBack = asked.event == "unsubscribe" && streams.allSatisfy { connection.isSubscribed(to: $0) }
        if !isTakenBack, let unknown = pairs.first(where: { !self.symbols.contains($0) }) {
            let message = "unknown currency pair\(connection.form == .plain ? "" : ":") \(unknown)"
            return self.refuse(asked, .unknownStream, code: 2, message, on: &connection, at: now)
        }
        connection.subscribeRequests += 1
        let changes: [Reaction] = streams.map { asked.event == "subscribe" ? .subscribe($0) : .unsubscribe($0) }
        return changes + [self.success(asked, on: &connection, at: now)]
    }

    private struct Request {
        let channel: String
        let event: String
        let payload: JSONValue
        let identifier: JSONValue?
    }

    // MARK: - Answers

    /// Documented: no id, no payload, `error` null. Live: no `error`, and more names the more one looks.
    private func success(_ request: Request, on connection: inout Connection, at now: Moment) -> Reaction {
        var text = self.begin(at: now)
        let isTraced = request.identifier != nil || connection.subscribeRequests.isMultiple(of: 2)
        let trace = connection.generator.hexadecimal(digits: 32)
        if connection.form == .extended {
            if let identifier = request.identifier {
                text.raw(",\"id\":")
                text.value(identifier)
            }
            self.names(&text, connection, trace: isTraced ? trace : nil)
        }
        self.subject(&text, request)
        if connection.form == .plain {
            text.raw(",\"error\":null,\"result\":{\"status\":\"success\"}}")
        } else {
            text.raw(",\"payload\":")
            text.value(request.payload)
            text.raw(",\"result\":{\"status\":\"success\"}")
            if isTraced { text.raw(",\"requestId\":\"\(trace)\"") }
            text.raw("}")
        }
        return .send(text.bytes)
    }

    private func refuse(
        _ request: Request,
        _ rule: Rule,
        code: Int64,
        _ message: String,
        on connection: inout Connection,
        at now: Moment
    ) -> [Reaction] {
        var text = self.begin(at: now)
        let trace = connection.generator.hexadecimal(digits: 32)
        if connection.form == .extended { self.names(&text, connection, trace: trace) }
        self.subject(&text, request)
        if connection.form == .extended {
            text.raw(",\"payload\":")
            text.value(request.payload)
        }
        text.raw(",\"error\":{\"code\":")
        text.integer(code)
        text.raw(",\"message\":")
        text.quoted(message)
        text.raw("},\"result\":")
        text.raw(connection.form == .plain ? "null}" : "{\"status\":\"fail\"},\"requestId\":\"\(trace)\"}")
        return [.broke(rule, evidence: message), .send(text.bytes)]
    }

    private func pong(on connection: inout Connection, at now: Moment) -> Reaction {
        var text = FrameText()
        text.raw("{\"time\":")
        text.integer(now.unixSeconds)
        if connection.form == .plain {
            text.raw(",\"channel\":\"spot.pong\",\"event\":\"\",\"error\":null,\"result\":null}")
            return .send(text.bytes)
        }
        text.raw(",\"time_ms\":")
        text.integer(now.unixMilliseconds)
        self.names(&text, connection, trace: nil)
        text.raw(",\"channel\":\"spot.pong\",\"event\":\"\",\"result\":null,\"requestId\":")
        text.quoted(connection.generator.hexadecimal(digits: 32))
        text.raw("}")
        return .send(text.bytes)
    }

    func begin(at now: Moment) -> FrameText {
        var text = FrameText()
        text.raw("{\"time\":")
        text.integer(now.unixSeconds)
        text.raw(",\"time_ms\":")
        text.integer(now.unixMilliseconds)
        return text
    }

    private func names(_ text: inout FrameText, _ connection: Connection, trace: String?) {
        text.raw(",\"conn_id\":")
        text.quoted(connection.name)
        guard let trace else { return }
        text.raw(",\"trace_id\":")
        text.quoted(trace)
    }

    private func subject(_ text: inout FrameText, _ request: Request) {
        text.raw(",\"channel\":")
        text.quoted(request.channel)
        text.raw(",\"event\":")
        text.quoted(request.event)
    }
}
