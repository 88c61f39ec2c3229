/// What is wrong with an order, and what to write instead.
public struct OrderError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
}

/// One order to misbehave, or to stop it: a name, a venue and arguments, as the control port and scenarios have them.
///
/// `stall bybit for=10s`, `skip binance symbol=BTCUSDT every=20`, `rest gateio route=time status=503 count=3`.
public struct FaultOrder: Sendable, Equatable {
    /// Nil: the venue's faults are over.
    let begins: Fault?
    /// Nil: all that are served.
    let venue: SimulatedVenue?
    /// In our spelling or the venue's; nil: all.
    let symbol: String?
    let every: Int?
    let count: Int?
    let forSeconds: Double?
    /// As it may be written in a scenario.
    public let words: String

    /// Whether it is about certificates.
    public var needsTLS: Bool { if case .certificate? = self.begins { true } else { false } }

    var fault: Fault { self.begins ?? .cut }

    /// Reads `name venue argument=value …`.
    public init(line: String) throws(OrderError) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let name = words.first else {
            throw OrderError(description: "nothing is ordered; write a fault and a venue")
        }
        var arguments: [String: String] = [:]
        for (index, word) in words.dropFirst().enumerated() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let (key, value) = parts.count == 2 ? (parts[0], parts[1]) : ("venue", word)
            guard parts.count == 2 || index == 0 else {
                throw OrderError(description: "\"\(word)\" is no argument; write name=value")
            }
            guard arguments.updateValue(value, forKey: key) == nil else {
                throw OrderError(description: "\(key) is said twice; say it once")
            }
        }
        try self.init(name: name, arguments: arguments)
    }

    public init(name: String, arguments: [String: String]) throws(OrderError) {
        var reader = ArgumentReader(arguments)
        self.venue = try reader.venue()
        self.begins = name == "heal" ? nil : try Self.fault(named: name, &reader)
        let takesFrames = self.begins.map(Self.isOfFrames) ?? false
        let takesSymbol = takesFrames || [.delist, .list].contains(self.begins) || name == "rename"
        self.symbol = takesSymbol ? reader.text("symbol") : nil
        self.every = takesFrames ? try reader.number("every", in: 1...1_000_000) : nil
        let lasts = self.begins.map { !$0.isMomentary } ?? false
        self.count = lasts ? try reader.number("count", in: 1...1_000_000) : nil
        self.forSeconds = lasts ? try reader.seconds("for", in: 0...31_536_000) : nil
        try reader.finish(name)
        if name == "delist" || name == "list" || name == "rename", self.symbol == nil {
            throw OrderError(description: "\(name) needs a symbol; write symbol=BTCUSDT")
        }
        let rest = arguments.filter { $0.key != "venue" }.sorted { $0.key < $1.key }
        self.words = ([name, self.venue?.rawValue ?? "all"] + rest.map { "\($0.key)=\($0.value)" })
            .joined(separator: " ")
    }

    /// Whether it happens to single frames, so that it may be bound to a symbol and to every so many of them.
    private static func isOfFrames(_ fault: Fault) -> Bool {
        switch fault {
        case .duplicate, .reorder, .skip, .mute, .deny, .garbage, .binary, .oversized, .fragment: true
        default: false
        }
    }

    /// The words that orders begin with.
    public static let names = [
        "announce", "binary", "clock", "close", "cut", "delay", "delist", "deny", "drop", "duplicate", "fragment",
        "garbage",
        "half-open", "heal", "list", "max-age", "mute", "oversized", "refuse", "rename", "reorder", "rest", "skip",
        "stall", "tear", "throttle", "tls",
    ]

    private static func fault(named name: String, _ reader: inout ArgumentReader) throws(OrderError) -> Fault {
        switch name {
        case "cut": return .cut
        case "refuse": return .refuse
        case "stall": return .stall
        case "half-open": return .halfOpen
        case "drop": return .drop
        case "close": return .close(code: UInt16(try reader.number("code", in: 1_000...4_999) ?? 1001))
        case "tear": return .tear(afterBytes: try reader.number("bytes", in: 0...1 << 30) ?? 1_000)
        case "max-age": return .maxAge(seconds: try reader.seconds("after", in: 0.1...31_536_000) ?? 86_400)
        case "announce": return .announce(closeAfterSeconds: try reader.seconds("after", in: 0...86_400) ?? 10)
        case "tls": return .certificate(try reader.choice("certificate", of: CertificateFault.self) ?? .expired)
        case "throttle":
            return .throttle(bytesPerSecond: Double(try reader.number("rate", in: 1...1 << 30) ?? 1_000))
        case "delay": return .delay(seconds: try reader.seconds("by", in: 0...3_600) ?? 1)
        case "duplicate": return .duplicate
        case "reorder": return .reorder
        case "skip": return .skip(try reader.choice("what", of: Fault.SkippedStream.self) ?? .trades)
        case "mute": return .mute
        case "deny": return .deny
        case "garbage": return .garbage
        case "binary": return .binary
        case "oversized": return .oversized(bytes: try reader.number("bytes", in: 1...64 << 20) ?? 2 << 20)
        case "fragment": return .fragment(pieces: try reader.number("pieces", in: 2...1_000) ?? 3)
        case "clock": return .clock(offBySeconds: try reader.seconds("by", in: -86_400...86_400) ?? 5)
        case "delist": return .delist
        case "list": return .list
        case "rename":
            guard let name = reader.text("to") else {
                throw OrderError(description: "rename needs a new name; write to=NEWUSDT")
            }
            return .rename(to: name)
        case "rest": return .rest(try Self.rest(&reader))
        default:
            throw OrderError(
                description: "unknown fault \"\(name)\"; write one of \(Self.names.joined(separator: ", "))"
            )
        }
    }

    private static func rest(_ reader: inout ArgumentReader) throws(OrderError) -> RestFault {
        var fault = RestFault()
        fault.route = reader.text("route")
        fault.status = try reader.number("status", in: 200...599)
        fault.retryAfterSeconds = try reader.seconds("retry-after", in: 0...1_000_000).map { Int($0.rounded(.up)) }
        fault.body = try reader.choice("body", of: RestFault.Body.self) ?? .normal
        guard fault.status != nil || fault.body != .normal else {
            throw OrderError(description: "rest needs status= or body=; write status=503 or body=empty")
        }
        return fault
    }
}
