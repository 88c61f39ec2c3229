/// Every misbehaviour that exchange-sim knows, with what arb1d makes of it. `docs/faults.md` is this table as a page.
public enum FaultMatrix {
    public static let venues = ["binance", "binance-usdm", "bybit", "gateio"]

    public static let rows = Self.connections + Self.frames + Self.listings + Self.requests

    private static let again =
        "marks its legs stale at once, connects again after a pause of at most 10 s, subscribes anew"
    private static let keeps = "keeps the connection"

    private static func failed(_ reason: String) -> [String: FaultRow.Evidence] {
        ["": FaultRow.Evidence("arb1d_feed_connect_failures_total", "reason=\"\(reason)\"")]
    }

    private static func lost(_ reason: String) -> [String: FaultRow.Evidence] {
        ["": FaultRow.Evidence("arb1d_feed_reconnects_total", "reason=\"\(reason)\"")]
    }

    private static func frame(_ reason: String) -> [String: FaultRow.Evidence] {
        ["": FaultRow.Evidence("arb1d_feed_frames_rejected_total", "reason=\"\(reason)\"")]
    }

    private static func quote(_ reason: String) -> FaultRow.Evidence {
        FaultRow.Evidence("arb1d_feed_events_rejected_total", "kind=\"quote\",reason=\"\(reason)\"")
    }

    private static let hole = FaultRow.Evidence("arb1d_feed_sequence_gaps_total", "stream=\"trade\"")

    private static let connections = [
        FaultRow(
            "refuses connections",
            ["refuse {venue}"],
            lasts: 5,
            real: 2,
            Self.again,
            within: 11,
            shown: Self.failed("refused")
        ),
        FaultRow(
            "hangs up on whoever connects",
            ["cut {venue}"],
            lasts: 5,
            real: 2,
            Self.again,
            within: 11,
            shown: ["": FaultRow.Evidence("arb1d_feed_connect_failures_total")]
        ),
        FaultRow(
            "accepts and says nothing",
            ["stall {venue}"],
            lasts: 8,
            real: 7,
            "gives each attempt up after 5 s, then as above",
            within: 16,
            shown: Self.failed("timeout")
        ),
        FaultRow(
            "half open: keeps the socket, reads and writes nothing",
            ["half-open {venue}"],
            lasts: 40,
            real: 5,
            "asks for a sign of life halfway, declares the connection dead after `dead_after`, then as above",
            within: 16,
            shown: Self.lost("silent")
        ),
        FaultRow("resets connections", ["drop {venue}"], Self.again, within: 11, shown: Self.lost("reset")),
        FaultRow(
            "closes with a code of the protocol",
            ["close {venue} code=1000"],
            Self.again,
            within: 11,
            shown: Self.lost("closed")
        ),
        FaultRow(
            "closes for a policy",
            ["close {venue} code=1008"],
            Self.again,
            within: 11,
            shown: Self.lost("closed")
        ),
        FaultRow(
            "closes for a restart",
            ["close {venue} code=1012"],
            Self.again,
            within: 11,
            shown: Self.lost("closed")
        ),
        FaultRow(
            "closes with a code of its own",
            ["close {venue} code=4999"],
            Self.again,
            within: 11,
            shown: Self.lost("closed")
        ),
        FaultRow(
            "ends in the middle of a frame",
            ["tear {venue} bytes=2000 count=1"],
            lasts: 3,
            Self.again,
            within: 11,
            shown: ["": FaultRow.Evidence("arb1d_feed_reconnects_total")]
        ),
        FaultRow(
            "closes at its age limit",
            ["max-age {venue} after=1s count=1"],
            lasts: 2,
            "has the next connection live before; one that is closed all the same is made again as above",
            within: 11,
            shown: Self.lost("closed")
        ),
        FaultRow(
            "announces its end",
            ["announce {venue} after=3s"],
            lasts: 4,
            "makes the next connection at once and leaves the old one when that is live; one that is not even 10 s old "
                + "is made again as above",
            within: 11,
            shown: ["": FaultRow.Evidence("arb1d_feed_connect_attempts_total")]
        ),
        FaultRow(
            "shows an expired certificate",
            ["tls {venue} certificate=expired"],
            lasts: 3,
            real: 2,
            "trusts it not, asks nothing, then as above",
            within: 11,
            shown: Self.failed("tls")
        ),
        FaultRow(
            "shows a certificate of another name",
            ["tls {venue} certificate=wrong-host"],
            lasts: 3,
            real: 2,
            "trusts it not, asks nothing, then as above",
            within: 11,
            shown: Self.failed("tls")
        ),
        FaultRow(
            "shows a certificate of another authority",
            ["tls {venue} certificate=other-ca"],
            lasts: 3,
            real: 2,
            "trusts it not, asks nothing, then as above",
            within: 11,
            shown: Self.failed("tls")
        ),
        FaultRow(
            "shows a certificate of its own making",
            ["tls {venue} certificate=self-signed"],
            lasts: 3,
            real: 2,
            "trusts it not, asks nothing, then as above",
            within: 11,
            shown: Self.failed("tls")
        ),
    ]

    private static let frames = [
        FaultRow(
            "throttles its bytes",
            ["throttle {venue} rate=3000"],
            lasts: 3,
            "\(Self.keeps); quotes come late, and their transit time shows it",
            within: 1,
            shown: [:]
        ),
        FaultRow(
            "delays its frames",
            ["delay {venue} by=500ms"],
            lasts: 2,
            "\(Self.keeps); quotes come late, and their transit time shows it",
            within: 1,
            shown: [:]
        ),
        FaultRow(
            "sends data twice",
            ["duplicate {venue}"],
            lasts: 2,
            "drops the second by its number; where equal numbers are repeats, takes it for one",
            within: 1,
            shown: [
                "": Self.quote("duplicate"),
                "bybit": FaultRow.Evidence("arb1d_feed_quotes_flagged_total", "flag=\"repeat\""),
            ]
        ),
        FaultRow(
            "sends quotes out of order",
            ["reorder {venue} every=3"],
            lasts: 3,
            "drops the older one; the symbol is stale until its next quote or the venue's REST",
            within: 2,
            shown: ["": Self.quote("out_of_order")]
        ),
        FaultRow(
            "loses quotes",
            ["skip {venue} what=quotes every=3"],
            lasts: 2,
            "\(Self.keeps); no number can prove it, the next quote replaces the lost one",
            within: 1,
            shown: [:]
        ),
        FaultRow(
            "sends garbage",
            ["garbage {venue}"],
            lasts: 2,
            "closes with 1002, then as above",
            within: 11,
            shown: Self.frame("malformed")
        ),
        FaultRow(
            "sends binary frames",
            ["binary {venue} count=3"],
            lasts: 2,
            "\(Self.keeps); counts and drops them",
            within: 1,
            shown: Self.frame("binary")
        ),
        FaultRow(
            "sends a frame of 2 MiB",
            ["oversized {venue}"],
            lasts: 2,
            "closes with 1009 at its header, reads none of it, then as above",
            within: 11,
            shown: Self.frame("oversized")
        ),
        FaultRow(
            "sends messages in fragments",
            ["fragment {venue} pieces=4"],
            lasts: 2,
            "\(Self.keeps), puts them together",
            within: 1,
            shown: [:]
        ),
        FaultRow(
            "runs its clock wrong",
            ["clock {venue} by=-3s"],
            lasts: 2,
            "\(Self.keeps); goes by its own receive time, the venue's only shows in transit times and the clock offset",
            within: 1,
            shown: [:]
        ),
        FaultRow(
            "loses trades",
            ["skip {venue} every=5"],
            lasts: 5,
            "sees the hole where trades are numbered without holes (not Bybit); the symbol is stale until its next "
                + "quote or the venue's REST",
            within: 5,
            shown: [
                "binance": Self.hole, "binance-usdm": Self.hole, "gateio": Self.hole,
            ]
        ),
        FaultRow(
            "acknowledges a symbol and never delivers it",
            ["mute {venue} symbol={symbol}"],
            lasts: 150,
            real: 1,
            "subscribes it anew when its REST quote differed twice, or on Bybit when it was not repeated for 10 s; "
                + "until then it counts as quiet, from then on as stale",
            within: 5,
            shown: ["": FaultRow.Evidence("arb1d_feed_resubscriptions_total")]
        ),
    ]
}
