/// Why an event's engine time is not its receive time.
public enum LateOrder: UInt8, CaseIterable, Sendable {
    /// It was received before the latest of its symbol's events, by the times that they carry.
    case backward
    /// It was received at the same time, as whatever one read brings is.
    case equal
    /// It was received later, but not by as much as those before it were moved.
    case later

    /// The value of the `order` label.
    public var label: String {
        switch self {
        case .backward: "backward"
        case .equal: "equal"
        case .later: "later"
        }
    }
}

/// The one order of a symbol's events: engine times that grow strictly, whatever the receive times do.
struct SymbolOrder {
    /// The engine time of the last event.
    private(set) var time = Int64.min
    /// The latest receive time.
    private var received = Int64.min

    /// Gives the next event its engine time, which is ``time`` then.
    ///
    /// - Parameter instant: When it was received.
    /// - Returns: Why it comes right behind the last event instead of when it was received; `nil` when it does not.
    mutating func place(_ instant: Int64) -> LateOrder? {
        guard instant <= self.time else {
            (self.time, self.received) = (instant, instant)
            return nil
        }
        self.time &+= 1
        if instant < self.received { return .backward }
        if instant == self.received { return .equal }
        self.received = instant
        return .later
    }
}
