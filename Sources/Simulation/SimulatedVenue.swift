/// The markets that the simulator can serve, each in its own dialect and on its own port.
public enum SimulatedVenue: String, CaseIterable, Sendable {
    case binance
    case binanceUsdm = "binance-usdm"
    case bybit
    case gateio

    func dialect(listings: [Listing]) -> any Dialect {
        switch self {
        case .binance: BinanceDialect(market: .spot, listings: listings)
        case .binanceUsdm: BinanceDialect(market: .usdm, listings: listings)
        case .bybit: BybitDialect(listings: listings)
        case .gateio: GateDialect(listings: listings)
        }
    }

    var restStyle: RestMeter.Style {
        switch self {
        case .binance: .binance(weightPerMinute: 6_000)
        case .binanceUsdm: .binance(weightPerMinute: 2_400)
        case .bybit: .bybit(requests: 600)
        case .gateio: .gate(requests: 200)
        }
    }
}
