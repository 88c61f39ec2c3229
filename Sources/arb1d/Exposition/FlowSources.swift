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

    /// The ledgers of the two channels, each of one moment.
    func read() -> (flow: FlowSnapshot, updates: UpdateFlow) {
        (self.channel.snapshot(), self.updates.snapshot(at: self.now()))
    }

    /// All stages, in the order of a quote's way: those of the two channels as they were read.
    func stages(_ flow: FlowSnapshot, _ updates: UpdateFlow) -> [Stage] {
        let terms = updates.terms
        return FlowStage.allCases.map { Stage(name: $0.rawValue, terms: flow.terms($0), residual: flow.residual($0)) }
            + [Stage(name: "update", terms: terms, residual: terms.residual.magnitude)]
            + self.further.map { $0() }
    }
}
