import Core

/// A pair for which a rule holds, or held until just now.
struct Alert: Equatable, Sendable {
    enum EndReason: Equatable, Sendable {
        /// The spread fell below the rule's lower threshold.
        case cleared
        /// A leg is stale, crossed or gone: whether the spread still stands is not known any more.
        case notFresh
    }

    struct End: Equatable, Sendable {
        let at: Timestamp
        let reason: EndReason
    }

    let pair: AlertPair
    /// By the wall clock, like the end.
    let startsAt: Timestamp
    /// The last one known.
    var netSpread: Double
    /// The highest one since it fires.
    var peak: Double
    /// `nil` while it fires.
    var end: End?
}

/// What every receiver is told at one moment about one rule.
struct AlertNotification: Equatable, Sendable {
    let rule: AlertRule
    /// Those that ended first, then those that began, then those that go on.
    let alerts: [Alert]
    /// Those that did not fit.
    let truncated: Int
    /// How many of the alerts were not told as firing before.
    let fired: Int
    /// How many of the alerts ended.
    let resolved: Int
    /// Pairs for which the rule holds, told or not.
    let firing: Int

    var isFiring: Bool { self.firing > 0 }
}

/// The bounds of what a rule may say.
public struct AlertLimits: Sendable {
    /// Alerts of one rule that fire at once; the others are counted and wait for room.
    public var firing = 1_000
    /// Alerts in one notification: a receiver must be able to show them.
    public var alertsPerNotification = 100
    /// At least so long between two notifications of one rule; what changes meanwhile comes with the next.
    public var changesEvery = Duration.seconds(5)
    /// While something fires it is said again, for receivers that forget or were away.
    public var repeatEvery = Duration.seconds(4 * 3600)

    public init() {}
}
