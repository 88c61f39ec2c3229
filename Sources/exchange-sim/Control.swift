import Simulation

/// The control port: what was sent, what was broken, and switches for the market data and the connections.
enum Control {
    static let notFound = RestResponse(status: 404, body: "{\"error\":\"not found\"}\n")

    private static let help = """
        exchange-sim: simulated exchanges on loopback
        GET  /sim/state             what was sent to whom, and which rules were broken (JSON)
        POST /sim/freeze            stop all market data; sockets stay open and pings are answered
        POST /sim/resume            go on
        POST /sim/cut?venue=bybit   close all connections of a venue and let nobody in
        POST /sim/heal?venue=bybit  let clients in again

        """

    /// Answers, and leaves in `effects` what the shell must do to the sockets.
    static func respond(
        to request: RestRequest,
        simulator: inout Simulator,
        effects: inout [Effect]
    ) -> RestResponse {
        switch (request.method, request.path) {
        case ("GET", "/"): return RestResponse(status: 200, body: self.help, contentType: "text/plain; charset=utf-8")
        case ("GET", "/sim/state"): return RestResponse(status: 200, body: simulator.stateBody())
        case ("POST", "/sim/freeze"):
            simulator.freeze()
            return RestResponse(status: 200, body: "{\"frozen\":true}\n")
        case ("POST", "/sim/resume"):
            simulator.resume()
            return RestResponse(status: 200, body: "{\"frozen\":false}\n")
        case ("POST", "/sim/cut"):
            guard let venue = self.venue(of: request, simulator) else { return self.unknownVenue(simulator) }
            simulator.cut(venue, into: &effects)
            return RestResponse(status: 200, body: "{\"venue\":\"\(venue.rawValue)\",\"cut\":true}\n")
        case ("POST", "/sim/heal"):
            guard let venue = self.venue(of: request, simulator) else { return self.unknownVenue(simulator) }
            simulator.heal(venue)
            return RestResponse(status: 200, body: "{\"venue\":\"\(venue.rawValue)\",\"cut\":false}\n")
        default: return self.notFound
        }
    }

    private static func venue(of request: RestRequest, _ simulator: Simulator) -> SimulatedVenue? {
        simulator.venues.first { $0.rawValue == request.query["venue"] }
    }

    private static func unknownVenue(_ simulator: Simulator) -> RestResponse {
        let known = simulator.venues.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        return RestResponse(status: 404, body: "{\"error\":\"unknown venue\",\"known\":[\(known)]}\n")
    }
}
