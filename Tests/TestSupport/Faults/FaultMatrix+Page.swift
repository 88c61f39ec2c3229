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
            the longest that may take once the misbehaviour is over, at any venue, with the venue's own `dead_after`. In
            every case `arb1d_flow_residual` stays 0, and every frame that was sent is received or cut off.
            [exchange-sim.md](exchange-sim.md) says how to have each of them at home.

            | A venue that | exchange-sim is told | arb1d | Shown by | Whole again within |
            |---|---|---|---|---|

            """
        return head + self.rows.map(self.line).joined(separator: "\n") + "\n"
    }

    private static func line(_ row: FaultRow) -> String {
        let orders = row.orders.map { "`\($0.replacing("{venue}", with: "VENUE"))`" }.joined(separator: ", ")
        let cells = [row.name, orders, row.reaction, self.shown(row), "\(Int(row.bound)) s"]
        return "| " + cells.joined(separator: " | ") + " |"
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
