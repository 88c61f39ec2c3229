extension RawElement {
    /// When it came to us; `nil` for a seed, whose time is that of its request, and for marks of our own, whose time is
    /// that of what they tell.
    public var arrivedAt: Timestamp? {
        switch self.payload {
        case .quote(let quote): quote.flags.contains(.seeded) ? nil : quote.receivedAt
        case .trade(let trade): trade.receivedAt
        case .heartbeat(_, let sentAt): sentAt
        default: nil
        }
    }
}
