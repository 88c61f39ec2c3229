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

    /// What changes from one request to the next.
    public struct Content: Sendable {
        public let venues: [VenueRow]
        /// The pairs to show, best first.
        public let pairs: [PairRow]

        public init(venues: [VenueRow], pairs: [PairRow]) {
            self.venues = venues
            self.pairs = pairs
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
    ]

    /// `/` and `/index.html`.
    public var routes: [Route] {
        ["/", "/index.html"].map { path in
            Route(path) { _ in
                EndpointResponse(
                    contentType: "text/html; charset=utf-8",
                    headers: [("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")],
                    body: Array(self.html().utf8)
                )
            }
        }
    }

    func html() -> String {
        let content = self.content()
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="refresh" content="5">
            <title>arb1d</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header><h1>arb1d</h1><p>\(HTML.escape(self.version)) · \(HTML.escape(self.revision))</p></header>
            <section><h2>Venues</h2>\(Self.table(of: content.venues))</section>
            <section><h2>Best pairs</h2>\(Self.table(of: content.pairs))</section>
            <section><h2>Elsewhere</h2><ul>\(self.links.map(Self.item).joined())</ul></section>
            </body>
            </html>

            """
    }
}
