/// A pair as chart clients name it: sell at the first exchange, buy at the second.
public struct ChartKey: Hashable, Sendable {
    public let symbol: String
    public let exchange1: String
    public let exchange2: String

    public init(symbol: String, exchange1: String, exchange2: String) {
        (self.symbol, self.exchange1, self.exchange2) = (symbol, exchange1, exchange2)
    }

    /// Reads `SYMBOL:SELL:BUY`, as the configuration names pairs; `nil` when it is anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), parts[1] != parts[2] else { return nil }
        self.init(symbol: parts[0], exchange1: parts[1], exchange2: parts[2])
    }
}
