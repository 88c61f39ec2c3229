/// All rules over all pairs: fed about once a second, it answers with what is to be told.
struct AlertEvaluator: Sendable {
    private(set) var watches: [RuleWatch]

    init(_ rules: [AlertRule], limits: AlertLimits = AlertLimits()) {
        precondition(Set(rules.map(\.name)).count == rules.count, "two alerts have one name")
        precondition(limits.firing > 0 && limits.alertsPerNotification > 0, "an alert needs room for one pair")
        self.watches = rules.map { RuleWatch($0, limits: limits) }
    }

    /// Takes all fresh pairs at one moment.
    ///
    /// - Returns: At most one notification a rule, in the order of the rules.
    mutating func evaluate(_ spreads: [PairSpread], at now: AlertTime) -> [AlertNotification] {
        self.watches.indices.compactMap { self.watches[$0].evaluate(spreads, at: now) }
    }
}
