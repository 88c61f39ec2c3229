extension LandingPage {
    static func item(_ link: Link) -> String {
        "<li><a href=\"\(HTML.escape(link.path))\">\(HTML.escape(link.path))</a> \(HTML.escape(link.purpose))</li>"
    }

    static func table(of venues: [VenueRow]) -> String {
        guard !venues.isEmpty else { return "<p>none configured</p>" }
        let rows = venues.map { venue in
            "<tr><td>\(HTML.escape(venue.name))</td>"
                + "<td class=\"\(venue.isLive ? "live" : "down")\">\(HTML.escape(venue.state))</td></tr>"
        }
        return "<table><tr><th>venue</th><th>state</th></tr>\(rows.joined())</table>"
    }

    static func table(of pairs: [PairRow]) -> String {
        guard !pairs.isEmpty else { return "<p>none live yet</p>" }
        let rows = pairs.map { pair in
            "<tr><td><a href=\"\(HTML.escape(pair.chart.query))#chart\">\(HTML.escape(pair.symbol))</a></td>"
                + "<td>\(HTML.escape(pair.buyVenue))</td>"
                + "<td>\(HTML.escape(pair.sellVenue))</td>"
                + "<td class=\"number\">\(self.basisPoints(pair.spreadRatio))</td>"
                + "<td class=\"number\">\(self.basisPoints(pair.netRatio))</td></tr>"
        }
        return "<table><tr><th>symbol</th><th>buy at</th><th>sell at</th><th class=\"number\">spread, bps</th>"
            + "<th class=\"number\">net, bps</th></tr>\(rows.joined())</table>"
    }

    /// The place of the chart; the script reads the pair from it.
    static func chart(_ pair: ChartPair?) -> String {
        guard let pair else { return "" }
        let data = [("symbol", pair.symbol), ("exchange1", pair.exchange1), ("exchange2", pair.exchange2)]
            .map { "data-\($0)=\"\(HTML.escape($1))\"" }.joined(separator: " ")
        return "<section id=\"chart\" \(data)><h2>\(HTML.escape(pair.symbol)): buy at \(HTML.escape(pair.exchange2)), "
            + "sell at \(HTML.escape(pair.exchange1))</h2><canvas></canvas>"
            + "<p id=\"reading\">The chart needs JavaScript; the same numbers are in /metrics.</p></section>"
    }

    /// A ratio in basis points with two decimals and its sign, such as `+3.07`; a dash when it is no such number.
    static func basisPoints(_ ratio: Double) -> String {
        guard let hundredths = Int(exactly: (ratio * 1_000_000).rounded()) else { return "–" }
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "−" : hundredths > 0 ? "+" : ""
        return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// Quiet, self-contained, and of the colour scheme that the reader prefers.
    static let style = """
        :root{color-scheme:light dark;\
        --ink:#1c1e21;--soft:#6b7280;--line:#e5e7eb;--live:#15803d;--down:#b91c1c;--page:#fff}
        @media(prefers-color-scheme:dark){:root{\
        --ink:#e5e7eb;--soft:#9ca3af;--line:#2b2f36;--live:#4ade80;--down:#f87171;\
        --page:#14161a}}
        body{margin:3rem auto;max-width:44rem;padding:0 1.25rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);\
        background:var(--page)}
        h1{margin:0;font-size:1.6rem}header p{margin:0;color:var(--soft)}
        h2{margin:2.2rem 0 .5rem;font-size:.85rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase;\
        color:var(--soft)}
        table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
        th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);text-align:left;font-weight:400}
        th{color:var(--soft);font-size:.85rem}.number{text-align:right;padding-right:0}
        .live{color:var(--live)}.down{color:var(--down)}
        ul{margin:0;padding:0;list-style:none}li{padding:.2rem 0;color:var(--soft)}
        li a{display:inline-block;min-width:11rem}a{color:var(--ink)}\
        canvas{display:block;width:100%;height:16rem}#reading{margin:.4rem 0 0;color:var(--soft);\
        font-variant-numeric:tabular-nums}
        """
}

enum HTML {
    /// Makes any text safe between tags and inside quoted attributes.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension LandingPage.PairRow {
    var chart: LandingPage.ChartPair {
        LandingPage.ChartPair(symbol: self.symbol, exchange1: self.sellVenue, exchange2: self.buyVenue)
    }
}

extension LandingPage.ChartPair {
    /// Asks the page for this chart; anything but letters and digits is percent-encoded.
    var query: String {
        "/?symbol=\(Self.encode(self.symbol))&exchange1=\(Self.encode(self.exchange1))"
            + "&exchange2=\(Self.encode(self.exchange2))"
    }

    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isPlain || scalar == "-" || scalar == "_" { return String(scalar) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
