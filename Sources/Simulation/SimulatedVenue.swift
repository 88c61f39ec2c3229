/// The markets that the simulator can serve, each in its own dialect and on its own port.
public enum SimulatedVenue: String, CaseIterable, Sendable {
    case binance
    case binanceUsdm = "binance-usdm"
    case bybit
    case gateio
}
