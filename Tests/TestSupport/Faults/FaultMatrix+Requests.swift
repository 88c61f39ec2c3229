extension FaultMatrix {
    private static let streamsStand = "its streams stand; quiet symbols wait for a seed or their next quote"

    private static func failed(_ reason: String) -> [String: FaultRow.Evidence] {
        ["": FaultRow.Evidence("arb1d_rest_failures_total", "route=\"book_ticker\",reason=\"\(reason)\"")]
    }

    /// By any route: Bybit and Gate tell volumes and book tickers in one answer, so a ban may come of either.
    private static func answered(_ code: Int) -> [String: FaultRow.Evidence] {
        ["": FaultRow.Evidence("arb1d_rest_requests_total", "code=\"\(code)\"")]
    }

    private static let opened = FaultRow.Evidence(
        "arb1d_circuit_breaker_transitions_total",
        "route=\"book_ticker\",to=\"open\""
    )

    private static func spoil(_ how: String) -> [String] {
        // A lost connection makes arb1d ask for seeds.
        ["rest {venue} route=book_ticker \(how)", "drop {venue}"]
    }

    /// Those that end with a ban come last: for so long nothing is asked for.
    static let requests = [
        FaultRow(
            "answers requests with 503",
            Self.spoil("status=503"),
            lasts: 12,
            real: 1,
            "asks again after growing pauses, and its breaker opens; \(Self.streamsStand)",
            within: 75,
            shown: ["": Self.opened]
        ),
        FaultRow(
            "answers requests with nothing",
            Self.spoil("body=empty"),
            lasts: 12,
            real: 1,
            "as above",
            within: 75,
            shown: ["": Self.opened]
        ),
        FaultRow(
            "answers requests with a page",
            Self.spoil("body=garbage"),
            lasts: 12,
            real: 1,
            "as above",
            within: 75,
            shown: ["": Self.opened]
        ),
        FaultRow(
            "answers requests without end",
            Self.spoil("body=huge"),
            lasts: 12,
            real: 1,
            "reads no more than 32 MiB, then as above",
            within: 75,
            shown: Self.failed("too_large")
        ),
        FaultRow(
            "answers requests byte by byte",
            Self.spoil("body=slow"),
            lasts: 35,
            real: 1,
            "gives each up after 10 s, then as above",
            within: 75,
            shown: Self.failed("timeout")
        ),
        FaultRow(
            "answers 429 with Retry-After",
            Self.spoil("status=429 retry-after=5s count=1"),
            lasts: 1,
            "asks nothing before that time is over; \(Self.streamsStand)",
            within: 90,
            shown: Self.answered(429)
        ),
        FaultRow(
            "answers 418",
            Self.spoil("status=418 retry-after=100s count=1"),
            lasts: 1,
            "asks nothing for two minutes at least; \(Self.streamsStand)",
            within: 90,
            shown: Self.answered(418)
        ),
        FaultRow(
            "answers 403",
            Self.spoil("status=403 retry-after=600s count=1"),
            lasts: 1,
            "asks nothing for ten minutes; \(Self.streamsStand)",
            within: 90,
            shown: Self.answered(403)
        ),
    ]
}
