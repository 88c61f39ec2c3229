extension FaultMatrix {
    /// The whole of `docs/faults.md`.
    public static var page: String {
        let head = """
            # When a venue misbehaves

            What arb1d does when a venue does what venues do, how soon everything is whole again, and which metric shows
            it. The table is the one that the tests are driven by: each row at each of the four venues in virtual time,
            and once over real sockets and TLS. It is written by `UPDATE_GOLDEN=1` and a run of those tests; do not edit
            it by hand.

            Whole means that every connection is live and every instrument has a quote that counts. The last column is
            the longest that may take once the misbehaviour is over, at any venue, with the venue's own `dead_after` and
            a `discovery.interval` of a minute. In every case `arb1d_flow_residual` stays 0, and every frame that was
            sent is received or cut off. [exchange-sim.md](exchange-sim.md) says how to have each of them at home.

            | A venue that | exchange-sim is told | arb1d | Shown by | Whole again within |
            |---|---|---|---|---|

            """
        return head + self.rows.map(self.line).joined(separator: "\n") + "\n" + self.numbers
    }

    private static let numbers = """

        ## What the numbers prove

        | Venue | The number of a quote | The number of a trade |
        |---|---|---|
        | `binance`, `binance-usdm` | `u` rises; what does not is a double or late, and is dropped | `t` has no holes |
        | `bybit` | `u` rises; equal is a repeat, which proves the quote; 1 is a restart | none |
        | `gateio` | `u` rises, as on Binance | `id_market` and `range` have no holes |

        Three numbers in a row that rise among themselves below the last one are a new numbering. A hole in trades is
        counted, and makes its symbol stale until its next quote, or until REST says what stands.

        No number of a quote proves that none was lost: the book changes without its top, so most steps are greater than
        one. That is what the audit is for: a symbol that was silent for half of `audit_interval`, and whose REST quote
        differs from ours in two sweeps, is subscribed anew.

        """

    private static func line(_ row: FaultRow) -> String {
        let orders = ((row.before?.orders ?? []) + row.orders).map { "`\(Self.example($0))`" }.joined(separator: ", ")
        let cells = [row.name, orders, row.reaction, self.shown(row), "\(Int(row.bound)) s"]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private static func example(_ order: String) -> String {
        FaultRow.fill([order], "VENUE").joined()
    }

    private static func shown(_ row: FaultRow) -> String {
        guard !row.shown.isEmpty else { return "no reconnect, no reject" }
        let byText = Dictionary(grouping: row.shown, by: \.value.text)
        return byText.sorted { $0.key < $1.key }.map { text, entries in
            let venues = entries.map(\.key).filter { !$0.isEmpty }.sorted().joined(separator: ", ")
            return "`\(text)`" + (venues.isEmpty ? "" : " (\(venues))")
        }.joined(separator: ", ")
    }
}
