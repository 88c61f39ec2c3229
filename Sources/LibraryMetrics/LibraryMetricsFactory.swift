public import CoreMetrics
public import Metrics

/// The backend of swift-metrics: what libraries count with it appears among our families.
///
/// Names are made legal (`hb.requests` becomes `hb_requests_total`), timers become histograms of seconds. All of them
/// share the room of ``LibraryFamilies``, and what finds none is counted there, so a library may be as talkative as it
/// likes.
public struct LibraryMetricsFactory: MetricsFactory {
    private let families: LibraryFamilies

    public init(_ families: LibraryFamilies) { self.families = families }

    /// Makes it the process's backend. swift-metrics allows that once.
    public func bootstrap() { MetricsSystem.bootstrap(self) }

    // MARK: Making

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        LibraryCounter(self.families.counter(label, dimensions))
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        LibraryGauge(self.families.gauge(label, dimensions))
    }

    /// - Parameters:
    ///   - label: What the library calls it.
    ///   - dimensions: Its labels.
    ///   - aggregate: Whether it is a histogram; else only its last value counts.
    /// - Returns: Who takes the values.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return LibraryGauge(self.families.gauge(label, dimensions)) }
        return LibraryRecorder(self.families.histogram(label, .recorder, dimensions))
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        LibraryTimer(self.families.histogram(label, .timer, dimensions))
    }

    // MARK: Destroying

    public func destroyCounter(_ handler: any CounterHandler) {
        if let counter = handler as? LibraryCounter { self.families.release(counter.child) }
    }

    public func destroyMeter(_ handler: any MeterHandler) {
        if let gauge = handler as? LibraryGauge { self.families.release(gauge.child) }
    }

    public func destroyRecorder(_ handler: any RecorderHandler) {
        switch handler {
        case let recorder as LibraryRecorder: self.families.release(recorder.child)
        case let gauge as LibraryGauge: self.families.release(gauge.child)
        default: break
        }
    }

    public func destroyTimer(_ handler: any TimerHandler) {
        if let timer = handler as? LibraryTimer { self.families.release(timer.child) }
    }
}
