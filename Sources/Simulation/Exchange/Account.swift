/// What one venue sent and what its clients broke, for `/sim/state`.
struct Account: Sendable {
    var connectionsOpened = 0
    var framesSent = 0
    var quotesSent = 0
    var tradesSent = 0
    var controlSent = 0
    var pingsSent = 0
    var pongsSent = 0
    var bytesSent = 0
    /// Of the frames sent, those that no socket took whole before its connection ended: their clients never saw them.
    var framesCutOff = 0
    var framesReceived = 0
    private(set) var quotesBySymbol: [String: Int] = [:]
    private(set) var restRequests: [String: Int] = [:]
    private(set) var violations: [Rule: (count: Int, last: String)] = [:]

    mutating func sentQuote(of symbol: String, bytes: Int) {
        self.quotesSent += 1
        self.quotesBySymbol[symbol, default: 0] += 1
        self.sentFrame(bytes: bytes)
    }

    mutating func sentFrame(bytes: Int) {
        self.framesSent += 1
        self.bytesSent += bytes
    }

    mutating func requested(route: String) {
        self.restRequests[route, default: 0] += 1
    }

    mutating func broke(_ rule: Rule, evidence: String) {
        self.violations[rule, default: (count: 0, last: "")].count += 1
        self.violations[rule]?.last = String(evidence.prefix(200))
    }

    func write(to text: inout FrameText, connections: Int, subscriptions: Int, isCut: Bool) {
        text.raw("{\"cut\":\(isCut),")
        let counts = [
            ("connections", connections), ("connections_opened", self.connectionsOpened),
            ("subscriptions", subscriptions), ("frames_sent", self.framesSent), ("quotes_sent", self.quotesSent),
            ("trades_sent", self.tradesSent), ("control_sent", self.controlSent), ("pings_sent", self.pingsSent),
            ("pongs_sent", self.pongsSent), ("bytes_sent", self.bytesSent), ("frames_cut_off", self.framesCutOff),
            ("frames_received", self.framesReceived),
        ]
        for (name, count) in counts {
            text.quoted(name)
            text.raw(":\(count),")
        }
        text.raw("\"quotes_by_symbol\":")
        Self.write(self.quotesBySymbol, to: &text)
        text.raw(",\"rest_requests\":")
        Self.write(self.restRequests, to: &text)
        text.raw(",\"violations\":[")
        for (index, violation) in self.violations.sorted(by: { $0.key.rawValue < $1.key.rawValue }).enumerated() {
            text.raw(index == 0 ? "{\"rule\":" : ",{\"rule\":")
            text.quoted(violation.key.rawValue)
            text.raw(",\"count\":\(violation.value.count),\"last\":")
            text.quoted(violation.value.last)
            text.raw("}")
        }
        text.raw("]}")
    }

    private static func write(_ counts: [String: Int], to text: inout FrameText) {
        text.raw("{")
        for (index, count) in counts.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { text.raw(",") }
            text.quoted(count.key)
            text.raw(":\(count.value)")
        }
        text.raw("}")
    }
}
