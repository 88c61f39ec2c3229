/// What the engine did with one batch, and how its windows stand after it: the `engine` and `window` stages.
public struct EngineTally: Sendable, Equatable {
    /// Elements that took effect.
    public var applied: UInt64 = 0
    /// Those of them that are heartbeats.
    public var heartbeats: UInt64 = 0
    /// Elements of an instrument that the engine was never told of.
    public var rejectedUnknown: UInt64 = 0
    /// Elements of an instrument that its venue no longer lists.
    public var rejectedDelisted: UInt64 = 0
    public var windowAppended: UInt64 = 0
    public var windowExpired: UInt64 = 0
    public var windowEvicted: UInt64 = 0
    /// Elements that went with their instrument.
    public var windowDelisted: UInt64 = 0
    /// The sum of the chunks' own counts: a level, not a difference.
    public var windowHeld: UInt64 = 0

    public init(windowHeld: UInt64 = 0) { self.windowHeld = windowHeld }

    /// Adds the differences of a later batch and takes over its levels.
    mutating func add(_ later: EngineTally) {
        self.applied &+= later.applied
        self.heartbeats &+= later.heartbeats
        self.rejectedUnknown &+= later.rejectedUnknown
        self.rejectedDelisted &+= later.rejectedDelisted
        self.windowAppended &+= later.windowAppended
        self.windowExpired &+= later.windowExpired
        self.windowEvicted &+= later.windowEvicted
        self.windowDelisted &+= later.windowDelisted
        self.windowHeld = later.windowHeld
    }
}
