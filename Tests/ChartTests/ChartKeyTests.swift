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
}
