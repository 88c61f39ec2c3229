/// One rule: a pair whose net spread stays at or above a threshold for a while fires.
public struct AlertRule: Sendable, Equatable {
    /// The value of the label `alertname`.
    public let name: String
    /// A ratio: 0.001 is 10 bps after both taker fees.
    public var netSpreadAbove: Double
    /// How long a pair must stay there, in nanoseconds; 0 fires at once.
    public var holdFor: Int64
    /// A firing pair resolves below this: not above `netSpreadAbove`.
    public var clearBelow: Double
    /// Whether spot against perpetual counts too: such a spread need not converge.
    public var includesBasis: Bool

    public init(
        name: String,
        netSpreadAbove: Double,
        holdFor: Int64 = 0,
        clearBelow: Double? = nil,
        includesBasis: Bool = false
    ) {
        self.name = name
        self.netSpreadAbove = netSpreadAbove
        self.holdFor = holdFor
        self.clearBelow = min(clearBelow ?? netSpreadAbove, netSpreadAbove)
        self.includesBasis = includesBasis
    }
}
