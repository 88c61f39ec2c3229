import Chart
import Testing

@Suite("Names of charts")
struct ChartKeyTests {
    @Test("symbol, sell venue and buy venue between colons")
    func reads() {
        #expect(
            ChartKey("BTCUSDT:binance:bybit") == ChartKey(symbol: "BTCUSDT", exchange1: "binance", exchange2: "bybit")
        )
    }

    @Test(
        "anything else is refused",
        arguments: ["", "BTCUSDT", "BTCUSDT:binance", "BTCUSDT:binance:", "BTCUSDT:bybit:bybit", "a:b:c:d"]
    )
    func refuses(text: String) { #expect(ChartKey(text) == nil) }

    @Test(
        "a query names a pair, or none",
        arguments: [
            ("", nil), ("a=b&c", nil), ("symbol=&exchange1&exchange2=", nil), ("symbols=BTCUSDT", nil),
            ("symbol=BTCUSDT&exchange1=binance&exchange2=bybit", "BTCUSDT binance bybit"),
            ("x=1&exchange2=b%2Dy&exchange1=a+a&&symbol=%E5%b8%81=", "币= a a b-y"),
        ]
    )
    func queries(query: String, expected: String?) throws {
        let key = try ChartKey.named(inQuery: query)
        #expect(key.map { "\($0.symbol) \($0.exchange1) \($0.exchange2)" } == expected)
    }

    @Test(
        "half a pair, a name twice or a bad escape is refused",
        arguments: [
            ("symbol=a", "has no exchange1"), ("exchange1=a&exchange2=b", "has no symbol"),
            ("symbol=a&exchange1=a", "has no exchange2"), ("symbol=a&symbol=a", "has symbol twice"),
            ("symbol=%4", "not percent-encoded"), ("exchange1=%zz", "not percent-encoded"),
            ("exchange2=%FF", "exchange2 that is not percent-encoded"),
        ]
    )
    func badQueries(query: String, part: String) throws {
        let refusal = #expect(throws: ChartRefusal.self) { try ChartKey.named(inQuery: query) }
        #expect(refusal?.reason == .malformed)
        #expect(refusal?.message.contains(part) == true)
    }
}
