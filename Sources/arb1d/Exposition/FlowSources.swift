import Core

/// All ledgers of the daemon, in the order of a quote's way.
struct FlowSources: Sendable {
    /// One stage at one moment.
    struct Stage: Sendable {
        let name: String
        let terms: FlowSnapshot.Terms
        /// The largest absolute residual of the stage's ledgers.
        let residual: UInt64
    }

    let channel: RawChannel
    let updates: UpdateChannel
    let now: @Sendable () -> Timestamp
    /// Stages with ledgers of their own, such as `chart` and `webhook`.
    var further: [@Sendable () -> Stage] = []

    /// The stages that are neither `update` nor in `flow`, which was read from the raw channel.
    func stages(_ flow: FlowSnapshot) -> [Stage] {
        FlowStage.allCases.map { Stage(name: $0.rawValue, terms: flow.terms($0), residual: flow.residual($0)) }
            + [self.update] + self.further.map { $0() }
    }

    private var update: Stage {
        let terms = self.updates.snapshot(at: self.now()).terms
        return Stage(name: "update", terms: terms, residual: terms.residual.magnitude)
    }
}
