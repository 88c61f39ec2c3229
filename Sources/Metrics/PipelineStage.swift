/// A stage of a quote's way whose time is measured, once a burst or batch.
public enum PipelineStage: String, LabelSet, CaseIterable {
    /// From the read of a burst to its last frame decoded and checked.
    case decode
    /// From the arrival of a batch's first element until the engine takes it, `decode` included.
    case queue
    /// The engine's work on a batch.
    case engine
    /// Handing a batch's points to the charts' channel.
    case publish

    public static let names = ["stage"]
    public var values: [String] { [self.rawValue] }
}

extension Registry {
    /// The child of `arb1d_pipeline_seconds` for one stage; every stage has its child from the first call on.
    public func pipelineSeconds(_ stage: PipelineStage) -> Histogram {
        let family = self.histogram(
            "arb1d_pipeline_seconds",
            help: "Time that a stage took for one burst or batch.",
            labels: PipelineStage.self,
            buckets: Buckets.pipelineSeconds
        )
        for stage in PipelineStage.allCases { _ = family.histogram(for: stage) }
        return family.histogram(for: stage)
    }
}
