import Chart
import Core
import Endpoints
import Feed

/// `/api/dashboard_data`: the points and bands of one pair, a line of JSON each, computed from its legs' windows.
struct PairData: Sendable {
    let board: Board
    let engines: Engines
    let span: Duration
    let clock: ReceiveClock

    var route: Route {
        Route("/api/dashboard_data", codes: [200, 400, 404, 503], computing: { await self.prepare($0) })
    }

    private func prepare(_ request: EndpointRequest) async -> Route.Preparation {
        guard let symbol = request.value(of: "symbol"), let sell = request.value(of: "exchange1"),
            let buy = request.value(of: "exchange2")
        else {
            return .answer(
                .text("say which pair: ?symbol=BTCUSDT&exchange1=binance&exchange2=bybit\n", status: 400)
            )
        }
        guard let pair = self.board.read().universe.pair(symbol: symbol, sell: sell, buy: buy) else {
            return .answer(.text("this pair is not watched; /api/v1/pairs lists those that are\n", status: 404))
        }
        guard let history = await self.engines.history(of: pair) else {
            return .answer(.text("the engine has ended, or has no time for this now\n", status: 503))
        }
        return .computation {
            let series = history.series(span: self.span.wholeNanoseconds, now: self.clock.now)
            return EndpointResponse(contentType: "application/x-ndjson", body: ChartEncoder.lines(series.points))
        }
    }
}
