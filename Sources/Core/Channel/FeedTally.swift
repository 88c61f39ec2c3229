/// Why a whole frame goes no further than the decoder.
public enum FrameDropReason: UInt8, CaseIterable, Sendable { case malformed, oversized, binary, unknownType }

/// What one venue's feed counted since it last handed over: the `decode` and `feed` stages of the flow ledger.
///
/// Plain numbers without storage of their own, so that a burst's tally costs no allocation.
public struct FeedTally: Sendable, Equatable {
    /// Data frames received whole.
    public var framesIn: UInt64 = 0
    /// Frames that decoded, whatever they carried.
    public var framesOut: UInt64 = 0
    /// Bytes of all data frames' payloads.
    public var bytes: UInt64 = 0
    /// Accepted quotes and trades whose exchange time lies before that of the one before them.
    public var quoteTimesBack: UInt64 = 0
    public var tradeTimesBack: UInt64 = 0
    private var framesDropped = InlineArray<4, UInt64>(repeating: 0)
    private var events = InlineArray<4, UInt64>(repeating: 0)
    private var rejected = InlineArray<20, UInt64>(repeating: 0)

    public init() {}

    /// Elements that no frame brought: marks of our own and heartbeats.
    public var synthetic: UInt64 = 0

    /// A data frame came whole.
    public mutating func frameCame(bytes: Int) {
        self.framesIn &+= 1
        self.bytes &+= UInt64(bytes)
    }

    public mutating func dropFrame(_ reason: FrameDropReason) { self.framesDropped[Int(reason.rawValue)] &+= 1 }

    public mutating func countEvent(_ kind: EventKind) { self.events[Int(kind.rawValue)] &+= 1 }

    public mutating func rejectEvent(_ kind: EventKind, _ reason: RejectReason) {
        self.rejected[Self.cell(kind, reason)] &+= 1
    }

    public func framesDropped(_ reason: FrameDropReason) -> UInt64 { self.framesDropped[Int(reason.rawValue)] }

    public func events(_ kind: EventKind) -> UInt64 { self.events[Int(kind.rawValue)] }

    public func rejected(_ kind: EventKind, _ reason: RejectReason) -> UInt64 {
        self.rejected[Self.cell(kind, reason)]
    }

    public var framesDroppedTotal: UInt64 { FrameDropReason.allCases.reduce(0) { $0 &+ self.framesDropped($1) } }

    public var rejectedTotal: UInt64 {
        var total: UInt64 = 0
        for index in self.rejected.indices { total &+= self.rejected[index] }
        return total
    }

    /// Events that entered the `feed` stage: decoded ones and our own.
    public var eventsIn: UInt64 {
        var total = self.synthetic
        for index in self.events.indices { total &+= self.events[index] }
        return total
    }

    public mutating func add(_ other: FeedTally) {
        self.framesIn &+= other.framesIn
        self.framesOut &+= other.framesOut
        self.bytes &+= other.bytes
        self.synthetic &+= other.synthetic
        self.quoteTimesBack &+= other.quoteTimesBack
        self.tradeTimesBack &+= other.tradeTimesBack
        for index in self.framesDropped.indices { self.framesDropped[index] &+= other.framesDropped[index] }
        for index in self.events.indices { self.events[index] &+= other.events[index] }
        for index in self.rejected.indices { self.rejected[index] &+= other.rejected[index] }
    }

    private static func cell(_ kind: EventKind, _ reason: RejectReason) -> Int {
        Int(kind.rawValue) * RejectReason.allCases.count + Int(reason.rawValue)
    }

    public static func == (left: FeedTally, right: FeedTally) -> Bool {
        left.framesIn == right.framesIn && left.framesOut == right.framesOut && left.bytes == right.bytes
            && left.synthetic == right.synthetic
            && left.quoteTimesBack == right.quoteTimesBack && left.tradeTimesBack == right.tradeTimesBack
            && FrameDropReason.allCases.allSatisfy { left.framesDropped($0) == right.framesDropped($0) }
            && EventKind.allCases.allSatisfy { kind in
                left.events(kind) == right.events(kind)
                    && RejectReason.allCases.allSatisfy { left.rejected(kind, $0) == right.rejected(kind, $0) }
            }
    }
}
