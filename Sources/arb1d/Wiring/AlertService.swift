import Alerts
import Core
import Feed
import Logging
import Metrics
import ServiceLifecycle

/// Looks for alerts once a second, and brings the news to the webhooks.
struct AlertService: Service {
    /// How long a receiver has at the end to take what waits for it.
    private static let farewell = Duration.seconds(2)
    private static let pace = Duration.milliseconds(200)

    let center: AlertCenter
    let board: Board

    init(
        _ configuration: Configuration,
        board: Board,
        rest: RestClient,
        clock: ReceiveClock,
        registry: Registry,
        logger: Logger
    ) {
        self.board = board
        self.center = AlertCenter(
            rules: configuration.alerts,
            receivers: configuration.webhooks.map(WebhookReceiver.init),
            externalURL: configuration.externalURL
                ?? ExternalURL.listening(on: configuration.listenHost, port: configuration.listenPort),
            transport: RestTransport(rest: rest),
            registry: registry,
            clock: {
                AlertTime(steady: Timestamp(nanoseconds: clock.monotonic.nanoseconds), wall: clock.wall)
            },
            onEvent: { event in Self.log(event, to: logger) }
        )
    }

    /// The stage `webhook` of the flow ledger.
    var stage: FlowSources.Stage {
        let flow = self.center.flow
        let terms = FlowSnapshot.Terms(into: flow.into, out: flow.out, dropped: flow.dropped, held: flow.held)
        return FlowSources.Stage(name: "webhook", terms: terms, residual: flow.residual)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var (ticks, pairs) = (0, [AlertPair]())
            while !Task.isCancelled {
                if ticks.isMultiple(of: 5) { self.center.evaluate(self.spreads(&pairs)) }
                self.center.tick()
                ticks += 1
                try? await Task.sleep(for: Self.pace)
            }
        }
        await self.center.leave(within: Self.farewell)
    }

    /// All pairs that are fresh now; `pairs` are their names by ``PairIndex``, made once.
    private func spreads(_ pairs: inout [AlertPair]) -> [PairSpread] {
        let cells = self.board.read()
        let universe = cells.universe
        for entry in universe.pairs.dropFirst(pairs.count) {
            let (sell, buy) = (universe.instruments[entry.sell.position], universe.instruments[entry.buy.position])
            pairs.append(
                AlertPair(
                    symbol: universe.symbols[sell.symbol.position],
                    sellVenue: universe.venues[sell.venue.position].name,
                    buyVenue: universe.venues[buy.venue.position].name
                )
            )
        }
        return cells.pairs.indices.compactMap { index in
            guard universe.pairs[index].isListed else { return nil }
            let reading = cells.pairs[index].read()
            guard reading.status == .fresh else { return nil }
            return PairSpread(pairs[index], netSpread: reading.netSpread, isBasis: universe.pairs[index].isBasis)
        }
    }

    private static func log(_ event: AlertEvent, to logger: Logger) {
        switch event {
        case .changed(let alert, let fired, let resolved, let firing):
            logger.notice(
                "alert changed",
                metadata: [
                    "event": "alert", "alert": "\(alert)", "fired": "\(fired)", "resolved": "\(resolved)",
                    "firing": "\(firing)",
                ]
            )
        case .receiverFailing(let receiver, let reason, let status):
            logger.warning(
                "webhook receiver fails",
                metadata: [
                    "event": "webhook_failing", "receiver": "\(receiver)", "reason": "\(reason)",
                    "status": "\(status.map(String.init) ?? "none")",
                ]
            )
        case .receiverRecovered(let receiver):
            logger.notice(
                "webhook receiver answers again",
                metadata: ["event": "webhook_recovered", "receiver": "\(receiver)"]
            )
        }
    }
}

/// Brings notifications by the one thread that all outgoing HTTP goes by.
private struct RestTransport: WebhookTransport {
    let rest: RestClient

    func post(_ request: WebhookRequest, completion: @escaping @Sendable (WebhookAnswer) -> Void) {
        let post = RestRequest(
            request.url,
            method: .post(request.body),
            headers: request.headers,
            caFile: request.caFile,
            totalTimeout: request.timeout,
            wantsBody: false
        )
        self.rest.send(post) { result in
            switch result {
            case .success(let answer): completion(.status(answer.status, retryAfter: answer.retryAfter))
            case .failure(let error): completion(.failed(error.label))
            }
        }
    }
}

extension WebhookReceiver {
    fileprivate init(_ choice: Configuration.WebhookChoice) {
        self.init(
            name: choice.name,
            url: choice.url,
            secret: choice.secret.flatMap { WebhookSecret(fileContents: $0.bytes) },
            caFile: choice.caFile
        )
    }
}
