extension FaultMatrix {
    private static func change(_ what: String) -> FaultRow.Evidence {
        FaultRow.Evidence("arb1d_feed_instrument_changes_total", "change=\"\(what)\"")
    }

    private static let refused = FaultRow.Evidence("arb1d_feed_subscriptions", "state=\"refused\"")

    /// What it lists, and what it takes subscriptions to.
    static let listings = [
        FaultRow(
            "refuses a symbol that it lists",
            ["deny {venue} symbol={symbol}", "drop {venue}"],
            lasts: 200,
            real: 1,
            "subscribes to the rest, and asks for it again every ten minutes; on Binance, which refuses nothing, finds "
                + "by its REST quote that it is never delivered",
            within: 610,
            shown: [
                "": FaultRow.Evidence("arb1d_feed_resubscriptions_total"),
                "bybit": Self.refused, "gateio": Self.refused,
            ]
        ).hurried(by: ["drop {venue}"]),
        FaultRow(
            "delists a symbol",
            ["delist {venue} symbol={other}"],
            lasts: 125,
            real: 1,
            "drops it with its window and its pairs when two answers in a row lack it; until then it counts as quiet, "
                + "on Bybit as stale",
            within: 1,
            shown: ["": Self.change("delisted")]
        ).undone(by: ["list {venue} symbol={other}"]),
        FaultRow(
            "renames a symbol",
            ["rename {venue} symbol={other} to=XETHUSDT"],
            lasts: 125,
            real: 1,
            "takes it for one that is gone, as above, and one that is new, which has pairs once another venue lists it",
            within: 1,
            shown: ["": Self.change("delisted")]
        ).undone(by: ["rename {venue} symbol=XETHUSDT to={other}"]),
        FaultRow(
            "lists a symbol anew",
            ["list {venue} symbol={other}"],
            lasts: 65,
            real: 1,
            "subscribes to it and seeds it after the next answer; its window and its pairs begin anew",
            within: 2,
            shown: ["": Self.change("listed")]
        ).after(["delist {venue} symbol={other}"], shown: Self.change("delisted")),
    ]
}
