/// What a trade window's elements came to: a trade needs to know nothing but the numbers of the one before it.
struct TradeState: WindowState {
    static let isLinked = false

    var base = ElementBase()

    mutating func note(_ kind: TakerSide) {}
}

typealias TradeWindow = ElementWindow<TradeState>

/// A trade as the window gives it back.
public struct RetainedTrade: Equatable, Sendable {
    /// Engine time.
    public let time: Timestamp
    public let price: ExactDecimal
    /// In base units.
    public let size: ExactDecimal
    public let taker: TakerSide
}

extension ElementWindow<TradeState> {
    /// The trades, oldest first.
    var trades: [RetainedTrade] {
        var trades: [RetainedTrade] = []
        var cursor = WindowCursor(self)
        while let element = cursor.next() {
            let time = Timestamp(nanoseconds: element.time)
            trades.append(RetainedTrade(time: time, price: element.first, size: element.second, taker: element.kind))
        }
        return trades
    }
}
