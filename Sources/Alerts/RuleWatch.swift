import Core

/// One rule over all pairs: who waits, who fires, who ended, and when to say so.
///
/// A pair is pending from the moment it reaches the threshold, fires when it never fell below it for the rule's time,
/// and ends below the lower threshold, or as soon as it is absent once: an old spread must not stand as if it were
/// true.
struct RuleWatch: Sendable {
    private enum Phase {
        case pending(since: Timestamp)
        /// `isTold`: a notification said so.
        case firing(Alert, isTold: Bool)
    }

    private struct Tracked {
        var phase: Phase
        /// The number of the last evaluation that had the pair.
        var seenIn: UInt64
    }

    let rule: AlertRule
    private let limits: AlertLimits
    private var tracked: [AlertPair: Tracked] = [:]
    /// Ended, and not told yet.
    private var ended: [AlertPair: Alert] = [:]
    /// Ended while there was no room to keep them.
    private var endedUnkept = 0
    private var evaluation: UInt64 = 0
    private var firing = 0
    private var untold = 0
    /// Due to fire in the last evaluation, but beyond the limit.
    private var beyondLimit = 0
    private var notifiedAt: Timestamp?

    init(_ rule: AlertRule, limits: AlertLimits) {
        (self.rule, self.limits) = (rule, limits)
    }

    /// Pairs for which the rule holds, those beyond the limit included.
    var firingCount: Int { self.firing + self.beyondLimit }

    /// Takes all fresh pairs at one moment, and says what is to be told, if anything.
    mutating func evaluate(_ spreads: [PairSpread], at now: AlertTime) -> AlertNotification? {
        self.evaluation += 1
        self.beyondLimit = 0
        for spread in spreads where spread.netSpread.isFinite && (self.rule.includesBasis || !spread.isBasis) {
            // On a calm market nothing is tracked, and nothing is looked up.
            guard spread.netSpread >= self.rule.netSpreadAbove || !self.tracked.isEmpty else { continue }
            self.take(spread, at: now)
        }
        self.endAbsent(at: now)
        return self.notification(at: now)
    }

    // MARK: Phases

    private mutating func take(_ spread: PairSpread, at now: AlertTime) {
        switch self.tracked[spread.pair]?.phase {
        case .firing(var alert, let isTold):
            alert.netSpread = spread.netSpread
            alert.peak = max(alert.peak, spread.netSpread)
            if spread.netSpread < self.rule.clearBelow {
                self.end(alert, isTold: isTold, .cleared, at: now)
            } else {
                self.track(spread.pair, .firing(alert, isTold: isTold))
            }
        case .pending(let since):
            self.wait(spread, since: since, at: now)
        case nil:
            self.wait(spread, since: now.steady, at: now)
        }
    }

    private mutating func wait(_ spread: PairSpread, since: Timestamp, at now: AlertTime) {
        guard spread.netSpread >= self.rule.netSpreadAbove else {
            self.tracked[spread.pair] = nil
            return
        }
        let isDue = now.steady.nanoseconds(since: since) >= self.rule.holdFor
        guard isDue, self.firing < self.limits.firing else {
            if isDue { self.beyondLimit += 1 }
            return self.track(spread.pair, .pending(since: since))
        }
        let alert = Alert(
            pair: spread.pair,
            startsAt: now.wall,
            netSpread: spread.netSpread,
            peak: spread.netSpread,
            end: nil
        )
        self.firing += 1
        self.untold += 1
        self.ended[spread.pair] = nil  // It came back before its end was told: one alert of it is enough.
        self.track(spread.pair, .firing(alert, isTold: false))
    }

    private mutating func track(_ pair: AlertPair, _ phase: Phase) {
        self.tracked[pair] = Tracked(phase: phase, seenIn: self.evaluation)
    }

    private mutating func endAbsent(at now: AlertTime) {
        for (pair, tracked) in self.tracked where tracked.seenIn != self.evaluation {
            switch tracked.phase {
            case .pending: self.tracked[pair] = nil
            case .firing(let alert, let isTold): self.end(alert, isTold: isTold, .notFresh, at: now)
            }
        }
    }

    private mutating func end(_ alert: Alert, isTold: Bool, _ reason: Alert.EndReason, at now: AlertTime) {
        self.tracked[alert.pair] = nil
        self.firing -= 1
        if !isTold { self.untold -= 1 }
        guard self.ended.count < self.limits.firing else {
            self.endedUnkept += 1
            return
        }
        var alert = alert
        alert.end = Alert.End(at: now.wall, reason: reason)
        self.ended[alert.pair] = alert
    }

    // MARK: Notifications

    private func isDue(at now: Timestamp) -> Bool {
        let hasNews = self.untold > 0 || !self.ended.isEmpty
        guard let notifiedAt = self.notifiedAt else { return hasNews }
        let silence = now.nanoseconds(since: notifiedAt)
        if hasNews { return silence >= self.limits.changesEvery.wholeNanoseconds }
        return self.firing > 0 && silence >= self.limits.repeatEvery.wholeNanoseconds
    }

    /// What is new comes first, so that what does not fit is told by the next ones.
    private mutating func notification(at now: AlertTime) -> AlertNotification? {
        guard self.isDue(at: now.steady) else { return nil }
        self.notifiedAt = now.steady
        let (new, old) = self.firingInOrder()
        let all = self.ended.values.sorted(by: Self.isBefore) + new + old
        let alerts = Array(all.prefix(self.limits.alertsPerNotification))
        let resolved = alerts.count { $0.end != nil }
        let notification = AlertNotification(
            rule: self.rule,
            alerts: alerts,
            truncated: all.count - alerts.count + self.beyondLimit + self.endedUnkept,
            fired: min(alerts.count - resolved, new.count),
            resolved: resolved,
            firing: self.firingCount
        )
        self.remember(alerts)
        return notification
    }

    private mutating func remember(_ told: [Alert]) {
        self.endedUnkept = 0
        for alert in told {
            if alert.end != nil {
                self.ended[alert.pair] = nil
            } else if case .firing(let alert, isTold: false) = self.tracked[alert.pair]?.phase {
                self.untold -= 1
                self.track(alert.pair, .firing(alert, isTold: true))
            }
        }
    }

    private func firingInOrder() -> (new: [Alert], old: [Alert]) {
        var (new, old): ([Alert], [Alert]) = ([], [])
        for tracked in self.tracked.values {
            guard case .firing(let alert, let isTold) = tracked.phase else { continue }
            if isTold { old.append(alert) } else { new.append(alert) }
        }
        return (new.sorted(by: Self.isBefore), old.sorted(by: Self.isBefore))
    }

    private static func isBefore(_ left: Alert, _ right: Alert) -> Bool {
        (left.startsAt, left.pair) < (right.startsAt, right.pair)
    }
}
