import Simulation

/// The control port: what was sent, what was broken, and how the venues are told to misbehave.
struct Control {
    static let notFound = RestResponse(status: 404, body: "{\"error\":\"not found\"}\n")

    private static let help = """
        exchange-sim: simulated exchanges on loopback
        GET  /sim/state             what was sent to whom, which rules were broken, which faults are on (JSON)
        POST /sim/freeze            stop all market data; sockets stay open and pings are answered
        POST /sim/resume            go on
        POST /sim/FAULT?venue=…     misbehave: /sim/stall?venue=bybit&for=10s, /sim/close?venue=all&code=1012
        POST /sim/heal?venue=bybit  end all faults of a venue, or of all

        FAULT is one of \(FaultOrder.names.joined(separator: ", ")).
        The same words make a scenario: at 10s stall bybit for=10s

        """

    let isSecure: Bool
    let now: Moment

    /// Answers, and leaves in `effects` what the shell must do to the sockets.
    func respond(to request: RestRequest, simulator: inout Simulator, effects: inout [Effect]) -> RestResponse {
        switch (request.method, request.path) {
        case ("GET", "/"): return RestResponse(status: 200, body: Self.help, contentType: "text/plain; charset=utf-8")
        case ("GET", "/sim/state"): return RestResponse(status: 200, body: simulator.stateBody())
        case ("POST", "/sim/freeze"):
            simulator.freeze()
            return RestResponse(status: 200, body: "{\"frozen\":true}\n")
        case ("POST", "/sim/resume"):
            simulator.resume()
            return RestResponse(status: 200, body: "{\"frozen\":false}\n")
        case ("POST", let path) where path.hasPrefix("/sim/"):
            return self.obey(String(path.dropFirst("/sim/".count)), request.query, &simulator, &effects)
        default: return Self.notFound
        }
    }

    private func obey(
        _ name: String,
        _ arguments: [String: String],
        _ simulator: inout Simulator,
        _ effects: inout [Effect]
    ) -> RestResponse {
        do throws(OrderError) {
            let order = try FaultOrder(name: name, arguments: arguments)
            guard !order.needsTLS || self.isSecure else {
                return Self.refusal("there is no TLS here; start exchange-sim with --tls")
            }
            try simulator.obey(order, at: self.now, into: &effects)
            return RestResponse(status: 200, body: "{\"order\":\"\(order.words)\"}\n")
        } catch {
            return Self.refusal(error.description)
        }
    }

    private static func refusal(_ reason: String) -> RestResponse {
        let escaped = reason.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return RestResponse(status: 400, body: "{\"error\":\"\(escaped)\"}\n")
    }
}
