import Logging
import Venues

/// The log lines of one venue: one a change, none a repetition. The metrics count every single one.
struct VenueLog: Sendable {
    private let logger: Logger
    private var isFailing = false
    private var isLive = false
    private var areSeedsFailing = false
    private var isRotationFailing = false
    /// Topics that were named as missing already, so that a reconnect does not name them again.
    private var named: Set<String> = []

    init(_ logger: Logger, venue: String) {
        var logger = logger
        logger[metadataKey: "venue"] = "\(venue)"
        self.logger = logger
    }

    mutating func failure(_ message: Logger.Message, reason: String? = nil, error: String?) {
        guard !self.isFailing else { return }
        self.isFailing = true
        var metadata: Logger.Metadata = ["event": "venue_failing"]
        if let reason { metadata["reason"] = "\(reason)" }
        if let error { metadata["error"] = "\(venueWords(error))" }
        self.logger.warning(message, metadata: metadata)
    }

    mutating func live(_ status: VenueFeedStatus) {
        guard status.liveConnections == status.connections, self.isFailing || !self.isLive else { return }
        (self.isFailing, self.isLive) = (false, true)
        self.logger.info(
            "venue is live",
            metadata: ["event": "venue_live", "connections": "\(status.connections)"]
        )
    }

    mutating func refused(_ topics: Topics, words: String) {
        self.missing(topics, "venue refused a subscription", ["event": "subscription_refused", "error": "\(words)"])
    }

    mutating func unanswered(_ topics: Topics) {
        self.missing(topics, "venue left a subscription unanswered", ["event": "subscription_unanswered"])
    }

    private mutating func missing(_ topics: Topics, _ message: Logger.Message, _ metadata: Logger.Metadata) {
        let new = topics.venueSymbols.filter { self.named.insert("\(topics.stream.rawValue) \($0)").inserted }
        guard !new.isEmpty else { return }
        var metadata = metadata
        metadata["stream"] = "\(topics.stream.rawValue)"
        metadata["symbols"] = "\(venueWords(new.joined(separator: ",")))"
        self.logger.warning(message, metadata: metadata)
    }

    /// Every change of a connection, for whoever asks for that much.
    func moved(from old: SessionPhase?, to new: SessionPhase) {
        guard self.logger.logLevel <= .debug, old != new else { return }
        self.logger.debug(
            "connection changed",
            metadata: [
                "event": "connection_moved", "from": "\(old?.rawValue ?? "none")", "to": "\(new.rawValue)",
            ]
        )
    }

    mutating func rotated() {
        self.isRotationFailing = false
        self.logger.debug("the next connection carries on", metadata: ["event": "rotated"])
    }

    mutating func rotationFailed() {
        guard !self.isRotationFailing else { return }
        self.isRotationFailing = true
        self.logger.warning(
            "the next connection did not come to be, the present one stays",
            metadata: ["event": "rotation_failed"]
        )
    }

    /// The REST book ticker contradicted what stands, twice.
    func contradicted(_ symbols: [String]) {
        self.logger.warning(
            "subscriptions died in silence, asking for them anew",
            metadata: [
                "event": "audit_mismatch", "count": "\(symbols.count)",
                "symbols": "\(venueWords(symbols.joined(separator: ",")))",
            ]
        )
    }

    mutating func seedsFail(_ reason: String) {
        guard !self.areSeedsFailing else { return }
        self.areSeedsFailing = true
        self.logger.warning("no book ticker to start from", metadata: ["event": "seed_failing", "error": "\(reason)"])
    }

    mutating func seedsWork() {
        guard self.areSeedsFailing else { return }
        self.areSeedsFailing = false
        self.logger.info("the book ticker is back", metadata: ["event": "seed_working"])
    }
}
