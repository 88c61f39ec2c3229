/// The page at `/`: what this process is, how its venues are, and which pairs lead.
public struct LandingPage: Sendable {
    public struct Link: Sendable {
        public let path: String
        /// What is found there, in one line.
        public let purpose: String

        public init(_ path: String, _ purpose: String) {
            self.path = path
            self.purpose = purpose
        }
    }

    public struct VenueRow: Sendable {
        public let name: String
        /// A word such as `live` or `backing off`.
        public let state: String
        public let isLive: Bool

        public init(name: String, state: String, isLive: Bool) {
            self.name = name
            self.state = state
            self.isLive = isLive
        }
    }

    public struct PairRow: Sendable {
        public let symbol: String
        public let buyVenue: String
        public let sellVenue: String
        /// Before and after fees, as ratios; shown in basis points.
        public let spreadRatio: Double
        public let netRatio: Double

        public init(symbol: String, buyVenue: String, sellVenue: String, spreadRatio: Double, netRatio: Double) {
            self.symbol = symbol
            self.buyVenue = buyVenue
            self.sellVenue = sellVenue
            self.spreadRatio = spreadRatio
            self.netRatio = netRatio
        }
    }

    /// The pair whose chart is drawn: sold at the first exchange, bought at the second.
    public struct ChartPair: Sendable, Equatable {
        public let symbol: String
        public let exchange1: String
        public let exchange2: String

        public init(symbol: String, exchange1: String, exchange2: String) {
            self.symbol = symbol
            self.exchange1 = exchange1
            self.exchange2 = exchange2
        }

        /// What a page is asked for with `?symbol=…&exchange1=…&exchange2=…`.
        init?(_ request: EndpointRequest) {
            guard let symbol = request.value(of: "symbol"), let exchange1 = request.value(of: "exchange1"),
                let exchange2 = request.value(of: "exchange2")
            else { return nil }
            self.init(symbol: symbol, exchange1: exchange1, exchange2: exchange2)
        }
    }

    /// What changes from one request to the next.
    public struct Content: Sendable {
        public let venues: [VenueRow]
        /// The pairs to show, best first.
        public let pairs: [PairRow]
        /// The chart of a page that asks for none; without it the first of `pairs`.
        public let chart: ChartPair?

        public init(venues: [VenueRow], pairs: [PairRow], chart: ChartPair? = nil) {
            self.venues = venues
            self.pairs = pairs
            self.chart = chart
        }
    }

    private let version: String
    private let revision: String
    private let links: [Link]
    private let content: @Sendable () -> Content

    /// Describes the page; `content` is read once for each request and must be quick.
    public init(
        version: String,
        revision: String,
        links: [Link] = LandingPage.standardLinks,
        content: @escaping @Sendable () -> Content
    ) {
        self.version = version
        self.revision = revision
        self.links = links
        self.content = content
    }

    public static let standardLinks = [
        Link("/metrics", "all metrics, for Prometheus"),
        Link("/livez?verbose", "is the process wedged?"),
        Link("/readyz?verbose", "is there a live pair of venues?"),
        Link("/startupz?verbose", "is it up?"),
        Link("/api/health", "the same and the best pair, as JSON"),
        Link("/api/v1/venues", "the state of each venue, as JSON"),
        Link("/api/v1/pairs", "what is watched, as JSON"),
    ]

    /// `/` and `/index.html`, and the script that draws the chart.
    public var routes: [Route] {
        let pages = ["/", "/index.html"].map { path in
            // What it shows is gathered from everywhere, and nobody waits for it but a person.
            Route(path, isSlow: { true }) { request in
                EndpointResponse(
                    contentType: "text/html; charset=utf-8",
                    headers: [("Content-Security-Policy", Self.policy)],
                    body: Array(self.html(chart: ChartPair(request)).utf8)
                )
            }
        }
        let script = Route("/chart.js") { _ in
            EndpointResponse(contentType: "text/javascript; charset=utf-8", body: Array(Self.script.utf8))
        }
        return pages + [script]
    }

    /// Nothing but our own style, script and socket: a venue's text that slipped through would stay a text.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    func html(chart asked: ChartPair? = nil) -> String {
        let content = self.content()
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <noscript><meta http-equiv="refresh" content="5"></noscript>
            <title>arb1d</title>
            <style>\(Self.style)</style>
            <script src="/chart.js" defer></script>
            </head>
            <body>
            <header><h1>arb1d</h1><p>\(HTML.escape(self.version)) · \(HTML.escape(self.revision))</p></header>
            <section id="venues"><h2>Venues</h2>\(Self.table(of: content.venues))</section>
            \(Self.chart(asked ?? content.chart ?? content.pairs.first?.chart))
            <section id="pairs"><h2>Best pairs</h2>\(Self.table(of: content.pairs))</section>
            <section><h2>Elsewhere</h2><ul>\(self.links.map(Self.item).joined())</ul></section>
            </body>
            </html>

            """
    }
}
