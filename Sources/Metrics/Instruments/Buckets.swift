/// The upper bounds of our classic histograms; families with one meaning share one list, so that they can be compared.
public enum Buckets {
    /// Stages of the pipeline, end to end, chart publishing, loop delay: microseconds to a quarter of a second.
    ///
    /// 0.02 and 0.05 are the limits promised for a message and for a page update.
    public static let pipelineSeconds: [Double] = [
        1e-06, 5e-06, 1e-05, 2.5e-05, 5e-05, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.02, 0.05, 0.25, 1,
    ]
    /// Chart snapshots: the pipeline's bounds from 0.1 ms on, with 10 ms.
    public static let snapshotSeconds: [Double] = [0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.01, 0.02, 0.05, 0.25, 1]
    /// Anything that crosses a network: transit, connect, REST, HTTP, webhook.
    public static let networkSeconds: [Double] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    /// Age of the older leg of a spread.
    public static let legAgeSeconds: [Double] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60]
    /// Backoff, resync and rotation gap.
    public static let recoverySeconds: [Double] = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300]
    /// How long an opportunity lasted.
    public static let opportunitySeconds: [Double] = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]
    /// The highest net spread of an opportunity.
    public static let opportunityPeakRatio: [Double] = [
        5e-05, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
    ]
}
