import Chart
import Core
import Endpoints
import Feed
import Health
import Logging
import Venues

/// What is served over HTTP.
extension Daemon {
    func server() -> HTTPServer {
        let health = self.health
        return HTTPServer(
            address: ListenAddress(host: self.configuration.listenHost, port: self.configuration.listenPort),
            routes: self.routes(),
            webSockets: [self.chartEndpoint],
            registry: self.registry,
            logger: self.logger,
            onServerRunning: { address in
                health.state.listenersUp()
                self.announce(address)
                health.listening.open()
            },
            onAnswer: { [slow] route, took in slow.note("request of \(route)", took: took) }
        )
    }

    private var chartEndpoint: WebSocketEndpoint {
        let chart = self.configuration.chart
        return WebSocketEndpoint(
            path: "/ws/realtime_charts",
            limits: WebSocketLimits(
                maxClients: chart.maxClients,
                maxClientsPerAddress: chart.maxClientsPerAddress,
                maxQueuedBytes: chart.maxQueuedBytes,
                maxMessageBurst: chart.maxSubscriptions + 100
            ),
            allowedOrigins: chart.origins,
            registry: self.registry,
            service: self.charts
        )
    }

    /// The one line that says what was started.
    private func announce(_ address: ListenAddress) {
        self.logger.notice(
            "arb1d is up",
            metadata: [
                "event": "started", "version": "\(Build.version)", "address": "http://\(address)",
                "venues": "\(self.feeds.map(\.profile.name).joined(separator: ","))",
                "config_sha256": "\(self.configuration.digest.prefix(12))",
                "config": "\(self.file)",
                "max_instruments": "\(self.configuration.maxInstruments)",
                "symbols": "\(self.configuration.symbols.isEmpty ? "all" : "\(self.configuration.symbols.count)")",
                "engine_shards": "\(self.configuration.engineShards)",
                "channel_capacity": "\(self.configuration.channelCapacity)",
                "window_max_bytes": "\(self.configuration.engine.windowMaxBytes)",
                "chart_max_clients": "\(self.configuration.chart.maxClients)",
                "alert_rules": "\(self.configuration.alerts.count)",
                "webhooks": "\(self.configuration.webhooks.count)",
            ]
        )
    }

    private func routes() -> [Route] {
        var routes: [Route] = [.metrics(self.registry, showsCreated: self.configuration.series.showsCreated)]
        routes += Route.probes { [health] in health.report }
        routes += LandingPage(version: Build.version, revision: Build.configuration) { self.landing() }.routes
        routes += self.interface()
        return routes
    }

    var flow: FlowSources {
        FlowSources(
            channel: self.engines.channel,
            updates: self.engines.updates,
            now: { [clock] in clock.now },
            further: [{ [charts] in charts.stage }, { [alerts] in alerts.stage }]
        )
    }

    private func summary(best count: Int) -> MarketSummary {
        MarketSummary(
            board: self.board,
            sources: self.flow,
            quotesPerSecond: self.rate.perSecond,
            best: count,
            at: self.clock.now
        )
    }

    private func landing() -> LandingPage.Content {
        LandingPage.Content(
            venues: self.feeds.map { feed in
                let status = feed.status
                let state = "\(status.liveConnections) of \(status.connections) connections live"
                return LandingPage.VenueRow(
                    name: feed.profile.name,
                    state: status.lastError.map { "\(state): \($0)" } ?? state,
                    isLive: status.isLive
                )
            },
            pairs: self.summary(best: 20).best.map { row in
                LandingPage.PairRow(
                    symbol: row.symbol,
                    buyVenue: row.buyVenue,
                    sellVenue: row.sellVenue,
                    spreadRatio: row.spread,
                    netRatio: row.netSpread
                )
            },
            chart: self.configuration.chart.pairs.first.map { key in
                LandingPage.ChartPair(symbol: key.symbol, exchange1: key.exchange1, exchange2: key.exchange2)
            }
        )
    }
}

// MARK: - JSON

extension Daemon {
    /// What programs read, but for the metrics.
    private func interface() -> [Route] {
        let (board, clock) = (self.board, self.clock)
        // What walks all pairs leaves the server's loop to the probes.
        let isLong = { @Sendable in board.read().pairs.count > 200 }
        return [
            Route("/api/health", isSlow: isLong) { _ in
                let status = self.health.report.passes(.readiness) ? "ready" : "not_ready"
                return .json(self.summary(best: 1).json(status: status))
            },
            Route("/api/v1/venues") { _ in
                let flow = self.engines.channel.snapshot()
                let hasOwnFee = self.configuration.venues.map { $0.fee != nil }
                return .json(VenuesReport(feeds: self.feeds, board: board, flow: flow, hasOwnFee: hasOwnFee).json)
            },
            Route("/api/v1/pairs", codes: [200, 400], isSlow: isLong) { request in
                if let limit = request.value(of: "limit"), Int(limit).map({ $0 < 0 }) ?? true {
                    return .text("limit must be a whole number from 0\n", status: 400)
                }
                return .json(PairsReport(board: board, request: request, at: clock.now).json)
            },
            OpportunitiesReport.route(board: board, engines: self.engines, clock: clock),
            PairData(board: board, engines: self.engines, span: self.configuration.chart.span, clock: clock).route,
        ]
    }
}

extension EndpointResponse {
    static func json(_ text: String) -> EndpointResponse {
        EndpointResponse(contentType: "application/json", body: Array(text.utf8))
    }
}
