import Core

/// The trade numbers of one instrument, on a venue that counts them without holes.
struct TradeNumbers: Sendable {
    enum Verdict: Equatable, Sendable {
        case next
        /// Trades between the last one and this never came.
        case afterHole
        case rejected(RejectReason)
    }

    /// So many rising numbers below the last one, in a row, are a new numbering.
    private static let renumberedAfter = 3

    private var last: UInt64 = 0
    private var lastStray: UInt64 = 0
    private var strays: UInt8 = 0

    /// Judges trades `first` to `last`; 0 is no number.
    ///
    /// With `isShared`, two connections bring the same trades, and a lower number is a double, too. What the one that
    /// does not lead brings ahead of the other is left to that: it is no hole, for the trades before are on their way.
    mutating func judge(first: UInt64, last: UInt64, isShared: Bool, leads: Bool = true) -> Verdict {
        guard last != 0 else { return .next }
        if isShared, !leads, self.last != 0, first > self.last &+ 1 { return .rejected(.duplicate) }
        if self.last != 0, last <= self.last {
            if last == self.last || isShared {
                self.strays = 0
                return .rejected(.duplicate)
            }
            guard self.isRenumbered(last) else { return .rejected(.outOfOrder) }
            (self.last, self.strays) = (last, 0)
            return .afterHole
        }
        defer { (self.last, self.strays) = (last, 0) }
        return self.last == 0 || first <= self.last &+ 1 ? .next : .afterHole
    }

    private mutating func isRenumbered(_ number: UInt64) -> Bool {
        self.strays = self.strays > 0 && number > self.lastStray ? self.strays + 1 : 1
        self.lastStray = number
        return self.strays >= Self.renumberedAfter
    }
}
