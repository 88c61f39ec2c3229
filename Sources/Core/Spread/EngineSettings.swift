/// Which legs' quotes make points.
public enum PointLegs: Sendable, Equatable { case both, sell }

/// When a quote makes a point of a pair.
public struct PointSettings: Sendable, Equatable {
    /// At most one point in each slot of this length, in nanoseconds of engine time; 0: one at every quote.
    public var every: Int64 = 100_000_000
    public var by = PointLegs.both
    /// A leg that changed longer ago than this makes no point; `nil`: any age.
    public var maxAge: Int64?

    public init() {}
}

/// Everything that the engine's results depend on besides the quotes.
public struct EngineSettings: Sendable, Equatable {
    public var points = PointSettings()
    public var band: BandSettings
    /// How long quotes are kept, in nanoseconds of engine time.
    public var windowSpan: Int64 = 30 * 60 * 1_000_000_000
    /// The same for trades.
    public var tradeSpan: Int64 = 5 * 60 * 1_000_000_000
    public var windowMaxBytes = 256 << 20
    /// How far a mid may be from the median mid of the symbol's other venues before it is an outlier; `nil`: any.
    public var outlierRatio: Double? = 0.1
    public var quarantine = QuarantineSettings()
    public var opportunities = OpportunitySettings()

    public init(band: BandSettings) { self.band = band }

    /// Those of one of so many engines, which share the bytes of the windows.
    public func shared(by engines: Int) -> EngineSettings {
        var settings = self
        settings.windowMaxBytes /= engines
        return settings
    }
}
