/// All venues that the daemon can watch: the one place to add another.
public enum VenueRegistry {
    /// In the order in which they are shown.
    public static let all: [any VenueAdapter.Type] = [
        BinanceAdapter.self, BinanceUSDMAdapter.self, BybitAdapter.self, GateIoAdapter.self,
    ]

    /// The adapter of the venue with this name, such as `binance-usdm`.
    public static func adapter(named name: String) -> (any VenueAdapter.Type)? {
        self.all.first { $0.profile.name == name }
    }
}
