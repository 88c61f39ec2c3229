import Testing

@testable import Endpoints

@Suite("Pieces of the server")
struct PieceTests {
    @Test(
        "dates are written as HTTP wants them",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
            (1_735_689_600, "Wed, 01 Jan 2025 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ]
    )
    func date(seconds: Int, text: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == text)
    }

    @Test(
        "ratios are shown in basis points",
        arguments: [
            (0, "0.00"), (0.0001, "+1.00"), (-0.000_012_34, "−0.12"), (0.05, "+500.00"), (1e-9, "0.00"), (.nan, "–"),
            (.infinity, "–"), (0.000_309_6, "+3.10"),
        ] as [(Double, String)]
    )
    func basisPoints(ratio: Double, text: String) {
        #expect(LandingPage.basisPoints(ratio) == text)
    }

    @Test(
        "text is escaped for HTML",
        arguments: [
            ("plain é", "plain é"), ("<b>", "&lt;b&gt;"), ("a&b", "a&amp;b"), ("\"'", "&quot;&#39;"),
            ("&lt;", "&amp;lt;"),
        ]
    )
    func escape(text: String, escaped: String) {
        #expect(HTML.escape(text) == escaped)
    }

    @Test("a connection waits for a request, an answer, and the next request")
    func phases() {
        var phase = ConnectionPhase()
        phase.requestBegan(keepAlive: true)
        #expect(phase.requestEnded() == .wait(.answer))
        phase.requestBegan(keepAlive: true)
        #expect(phase.requestEnded() == .wait(.answer))
        #expect(phase.answerSent() == .wait(.answer))
        #expect(phase.answerSent() == .wait(.nextRequest))
        phase.requestBegan(keepAlive: false)
        #expect(phase.answerSent() == .close)
    }

    @Test("a connection ends with its last answer once the shutdown has begun")
    func phaseAtShutdown() {
        var idle = ConnectionPhase()
        let idleHasWork = idle.shutdownBegan()
        #expect(!idleHasWork)
        var busy = ConnectionPhase()
        busy.requestBegan(keepAlive: true)
        let busyHasWork = busy.shutdownBegan()
        #expect(busyHasWork)
        #expect(busy.answerSent() == .close)
    }

    @Test("a query is taken apart")
    func query() {
        let request = EndpointRequest(path: "/", query: "a=1&b&c=&d=x=y")
        #expect(request.query.map(\.name) == ["a", "b", "c", "d"])
        #expect(request.query.map(\.value) == ["1", "", "", "x=y"])
        #expect(request.has("b") && !request.has("e"))
    }

    @Test(
        "the values of a query are percent-decoded, and a plus is a plus",
        arguments: [
            ("a=b", "b"), ("a", ""), ("a=", ""), ("b=1", nil), ("a=1&a=2", "1"), ("a=%41%2f", "A/"), ("a=b+c", "b+c"),
            ("a=%C3%A9", "é"), ("%61=x", "x"), ("a=%", nil), ("a=%4", nil), ("a=%zz", nil), ("a=%ff", nil),
            ("a=%25", "%"), ("a=b%3Dc%26d", "b=c&d"),
        ] as [(String, String?)]
    )
    func value(query: String, value: String?) {
        #expect(EndpointRequest(path: "/", query: query).value(of: "a") == value)
    }

    @Test(
        "an allowed origin may be written with a slash at its end",
        arguments: ["https://charts.example", "https://charts.example/", "HTTPS://Charts.Example/"]
    )
    func originWithSlash(allowed: String) {
        let rule = OriginRule(allowed: [allowed])
        #expect(rule.allows(origins: ["https://charts.example"], host: "arb1d"))
        #expect(!rule.allows(origins: ["https://charts.example.evil"], host: "arb1d"))
        #expect(!OriginRule(allowed: ["/"]).allows(origins: ["null"], host: "arb1d"))
    }

    @Test("the page keeps its tables when a renewal has none: a proxy's error, a page of another kind")
    func renewal() {
        #expect(LandingPage.script.contains("if (!answer.ok) return;"))
        #expect(LandingPage.script.contains("if (old && renewed) old.replaceWith(renewed);"))
    }

    @Test("the same path twice is a mistake")
    func duplicateRoute() async {
        await #expect(processExitsWith: .failure) {
            _ = Dispatcher(routes: [Route("/a") { _ in .text("") }, Route("/a") { _ in .text("") }])
        }
    }
}
