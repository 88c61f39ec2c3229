import Core
import Health
import Metrics
import Testing

@testable import Endpoints

@Suite("Routes", .timeLimit(.minutes(5)))
struct RouteTests {
    private let health = HealthState()

    private var routes: [Route] {
        let page = LandingPage(version: "1.2.3", revision: "abc<1>") {
            .init(
                venues: [
                    .init(name: "bybit", state: "live", isLive: true),
                    .init(name: "gate<io>", state: "down & out", isLive: false),
                ],
                pairs: [
                    .init(
                        symbol: "BTCUSDT",
                        buyVenue: "bybit",
                        sellVenue: "gateio",
                        spreadRatio: 0.00031,
                        netRatio: -1e-05
                    )
                ]
            )
        }
        return Route.probes(report: { self.health.report(at: .start) }) + page.routes
    }

    @Test("/metrics answers in the text format, and has counted itself the next time")
    func metrics() async throws {
        try await RunningServer.with(routes: self.routes) { server in
            let answer = try await server.ask("GET", "/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.headers["content-length"] == "\(answer.body.utf8.count)")
            #expect(
                answer.body.contains("arb1d_http_requests_total{route=\"/metrics\",method=\"GET\",code=\"200\"} 0\n")
            )
            await server.wait(
                for: "arb1d_http_requests_total{route=\"/metrics\",method=\"GET\",code=\"200\"}",
                toBe: "1"
            )
            #expect(server.metric("arb1d_http_request_seconds_count{route=\"/metrics\"}") == "1")
        }
    }

    @Test("a large /metrics body, which the blocking pool renders, is complete")
    func largeMetrics() async throws {
        try await RunningServer.with(routes: []) { server in
            let block = String(repeating: "x", count: 100)
            server.registry.collect([SampledFamily("arb1d_many", kind: .gauge, help: "Many.", labels: ["a"])]) { sink in
                for index in 0..<2000 { sink.add(0, ["\(block)\(index)"], 1.0) }
            }
            for _ in 0..<3 {
                let answer = try await server.ask("GET", "/metrics")
                #expect(answer.body.utf8.count > Route.largeBodyBytes)
                #expect(answer.headers["content-length"] == "\(answer.body.utf8.count)")
            }
        }
    }

    @Test("the probes follow the health, and ?verbose lists the checks")
    func probes() async throws {
        try await RunningServer.with(routes: self.routes) { server in
            #expect(try await server.ask("GET", "/startupz").status == 503)
            #expect(try await server.ask("GET", "/livez").status == 200)
            self.health.configurationLoaded()
            self.health.listenersUp()
            #expect(try await server.ask("GET", "/startupz").body == "startupz check passed\n")
            let notReady = try await server.ask("GET", "/readyz")
            #expect(notReady.status == 503)
            #expect(notReady.body == "[-] live_pairs failed: no live pair of venues\nreadyz check failed\n")
            self.health.livePairs(1, at: .start)
            self.health.venue("bybit", isLive: false)
            for target in ["/readyz?verbose", "/readyz?verbose=1", "/readyz?a=b&verbose"] {
                let ready = try await server.ask("GET", target)
                #expect(ready.status == 200)
                #expect(ready.body.contains("[+] live_pairs ok\n"))
                #expect(ready.body.contains("[-] venue:bybit failed: not live\n"))
            }
            self.health.draining()
            #expect(try await server.ask("GET", "/readyz").status == 503)
            #expect(try await server.ask("GET", "/livez").status == 200)
        }
    }

    @Test("the landing page is self-contained, escaped and locked down", arguments: ["/", "/index.html"])
    func landingPage(path: String) async throws {
        try await RunningServer.with(routes: self.routes) { server in
            let answer = try await server.ask("GET", path)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(
                answer.headers["content-security-policy"]
                    == "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.body.contains("1.2.3 · abc&lt;1&gt;"))
            #expect(answer.body.contains("<td>gate&lt;io&gt;</td><td class=\"down\">down &amp; out</td>"))
            #expect(answer.body.contains("<td class=\"number\">+3.10</td><td class=\"number\">−0.10</td>"))
            for link in LandingPage.standardLinks { #expect(answer.body.contains("href=\"\(link.path)\"")) }
            let ownScript = "<script src=\"/chart.js\" defer></script>"
            #expect(answer.body.contains(ownScript))
            for foreign in ["http://", "https://", "<script", "src=", "@import", "url("] {
                #expect(!answer.body.replacing(ownScript, with: "").contains(foreign))
            }
        }
    }

    @Test(
        "HEAD answers with the head of GET and no body",
        arguments: ["/", "/index.html", "/chart.js", "/metrics", "/livez", "/readyz", "/startupz"]
    )
    func head(path: String) async throws {
        try await RunningServer.with(routes: self.routes) { server in
            let (head, get) = (try await server.ask("HEAD", path), try await server.ask("GET", path))
            #expect(head.body.isEmpty)
            #expect(head.status == get.status)
            #expect(head.headers["content-type"] == get.headers["content-type"])
            #expect(Int(head.headers["content-length"] ?? "") ?? 0 > 0)
            await server.wait(
                for: "arb1d_http_requests_total{route=\"\(path)\",method=\"HEAD\",code=\"\(get.status)\"}",
                toBe: "1"
            )
        }
    }

    @Test("an unknown path gets 404 and the known ones", arguments: ["/nothing", "/metrics/", "/%6Detrics", "//", "*"])
    func notFound(path: String) async throws {
        try await RunningServer.with(routes: self.routes) { server in
            let answer = try await server.ask("GET", path)
            #expect(answer.status == 404)
            #expect(answer.headers["content-type"] == "text/plain; charset=utf-8")
            #expect(
                answer.body
                    == "not found; there is:\n/startupz\n/livez\n/readyz\n/\n/index.html\n/chart.js\n/metrics\n"
            )
            await server.wait(for: "arb1d_http_requests_total{route=\"other\",method=\"GET\",code=\"404\"}", toBe: "1")
        }
    }

    @Test(
        "another method gets 405 and the allowed ones",
        arguments: [("POST", "POST"), ("DELETE", "DELETE"), ("OPTIONS", "OPTIONS"), ("PROPFIND", "other")]
    )
    func methodNotAllowed(method: String, label: String) async throws {
        try await RunningServer.with(routes: self.routes) { server in
            let answer = try await server.ask(method, "/metrics")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET, HEAD")
            await server.wait(
                for: "arb1d_http_requests_total{route=\"/metrics\",method=\"\(label)\",code=\"405\"}",
                toBe: "1"
            )
        }
    }

    @Test("no request makes a series that was not there before, whatever its method, path and answer")
    func closedLabels() async throws {
        let odd = Route("/odd") { _ in .text("short and stout", status: 418) }
        try await RunningServer.with(routes: self.routes + [odd]) { server in
            let series = { (server: RunningServer) in
                String(decoding: server.registry.render(), as: UTF8.self).split(separator: "\n")
                    .filter { $0.hasPrefix("arb1d_http_requests_total{") }.map { $0.prefix { $0 != "}" } }
            }
            let before = series(server)
            for (method, path) in [
                ("GET", "/odd"), ("PROPFIND", "/odd"), ("POST", "/odd"), ("PROPFIND", "/none"), ("HEAD", "/x"),
            ] {
                _ = try await server.ask(method, path)
            }
            await server.wait(
                for: "arb1d_http_requests_total{route=\"/odd\",method=\"other\",code=\"other\"}",
                toBe: "1"
            )
            await server.wait(for: "arb1d_http_requests_total{route=\"other\",method=\"HEAD\",code=\"404\"}", toBe: "1")
            await server.wait(for: "arb1d_http_requests_total{route=\"/odd\",method=\"other\",code=\"405\"}", toBe: "1")
            #expect(series(server) == before)
        }
    }

    @Test("a route may wait for its answer, and does not hold up the others")
    func awaited() async throws {
        let (answers, continuation) = AsyncStream<String>.makeStream()
        let waiting = Route(
            "/waiting",
            codes: [200, 503],
            awaiting: { request in
                for await answer in answers { return .text(answer + (request.value(of: "symbol") ?? "")) }
                return .text("no answer", status: 503)
            }
        )
        try await RunningServer.with(routes: [waiting]) { server in
            let client = try await RawClient(port: server.port)
            try await client.send("GET /waiting?symbol=A%20B HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            #expect(try await server.ask("GET", "/metrics").status == 200)
            continuation.yield("for ")
            #expect(Answer(await client.readToEnd()).body == "for A B")
            continuation.finish()
            #expect(try await server.ask("GET", "/waiting").status == 503)
            #expect(
                server.metric("arb1d_http_requests_total{route=\"/waiting\",method=\"HEAD\",code=\"503\"}") == "0"
            )
        }
    }

    @Test("every answer has a date", arguments: ["/metrics", "/nothing"])
    func date(path: String) async throws {
        try await RunningServer.with(routes: []) { server in
            let date = try #require(try await server.ask("GET", path).headers["date"])
            #expect(date.hasSuffix(" GMT"))
            #expect(date.count == 29)
        }
    }
}
