/// What one venue sent and what its clients broke, for `/sim/state`.
///
/// At any time, frames made + added + doubled = frames sent + withheld + held; and once a connection is quiet or gone,
/// its client has received the frames sent less those cut off.
struct Account: Sendable {
    var connectionsOpened = 0
    /// What the venue had to say, before any fault.
    var framesMade = 0
    /// What faults said besides.
    var framesAdded = 0
    var framesDoubled = 0
    /// What faults kept from being sent at all.
    var framesWithheld = 0
    /// What was handed to a socket.
    private(set) var framesSent = 0
    private(set) var quotesSent = 0
    private(set) var tradesSent = 0
    private(set) var controlSent = 0
    private(set) var bytesSent = 0
    var pingsSent = 0
    var pongsSent = 0
    /// Of the frames sent, those that no socket took whole before its connection ended: their clients never saw them.
    var framesCutOff = 0
    var framesReceived = 0
    private(set) var quotesBySymbol: [String: Int] = [:]
    private(set) var restRequests: [String: Int] = [:]
    private(set) var violations: [Rule: (count: Int, last: String)] = [:]

    mutating func sent(_ frame: Frame) {
        self.framesSent += 1
        self.bytesSent += frame.bytes.count
        switch frame.kind {
        case .quote(let symbol):
            self.quotesSent += 1
            self.quotesBySymbol[symbol, default: 0] += 1
        case .trades(let count): self.tradesSent += count
        case .control: self.controlSent += 1
        case .other: break
        }
    }

    mutating func requested(route: String) {
        self.restRequests[route, default: 0] += 1
    }

    mutating func broke(_ rule: Rule, evidence: String) {
        self.violations[rule, default: (count: 0, last: "")].count += 1
        self.violations[rule]?.last = String(evidence.prefix(200))
    }

    /// Writes the members of an object, without its braces.
    func write(to text: inout FrameText) {
        let counts = [
            ("connections_opened", self.connectionsOpened), ("frames_made", self.framesMade),
            ("frames_added", self.framesAdded), ("frames_doubled", self.framesDoubled),
            ("frames_withheld", self.framesWithheld), ("frames_sent", self.framesSent),
            ("quotes_sent", self.quotesSent), ("trades_sent", self.tradesSent), ("control_sent", self.controlSent),
            ("pings_sent", self.pingsSent), ("pongs_sent", self.pongsSent), ("bytes_sent", self.bytesSent),
            ("frames_cut_off", self.framesCutOff), ("frames_received", self.framesReceived),
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
        text.raw("]")
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
