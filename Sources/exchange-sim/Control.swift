import Simulation

/// The control port: what was sent, what was broken, and a switch for the market data.
enum Control {
    static let notFound = RestResponse(status: 404, body: "{\"error\":\"not found\"}\n")

    private static let help = """
        exchange-sim: simulated exchanges on loopback
        GET  /sim/state   what was sent to whom, and which rules were broken (JSON)
        POST /sim/freeze  stop all market data; sockets stay open and pings are answered
        POST /sim/resume  go on

        """

    static func respond(to request: RestRequest, simulator: inout Simulator) -> RestResponse {
        switch (request.method, request.path) {
        case ("GET", "/"): return RestResponse(status: 200, body: self.help, contentType: "text/plain; charset=utf-8")
        case ("GET", "/sim/state"): return RestResponse(status: 200, body: simulator.stateBody())
        case ("POST", "/sim/freeze"):
            simulator.freeze()
            return RestResponse(status: 200, body: "{\"frozen\":true}\n")
        case ("POST", "/sim/resume"):
            simulator.resume()
            return RestResponse(status: 200, body: "{\"frozen\":false}\n")
        default: return self.notFound
        }
    }
}
