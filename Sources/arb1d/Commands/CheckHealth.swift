import ArgumentParser
import Feed

/// `arb1d health`: asks a running daemon, for container health checks and people.
struct CheckHealth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a running daemon whether it is ready.",
        discussion: "Exit codes: 0 the probe passes, 1 it fails or nobody answers."
    )

    @Option(help: "Address and port of the daemon.")
    var address = "127.0.0.1:5000"

    @Option(help: "Which probe to ask: startupz, livez or readyz.")
    var probe = Probe.readyz

    enum Probe: String, ExpressibleByArgument { case startupz, livez, readyz }

    func run() async throws {
        RestClient.initialiseLibrary()
        let settings = RestSettings(version: Build.version, connectTimeout: .seconds(2), totalTimeout: .seconds(5))
        let client = RestClient(settings: settings, clock: ReceiveClock())
        defer { client.shutDown() }
        let url = "http://\(self.address)/\(self.probe.rawValue)?verbose"
        let response: RestResponse
        do throws(RestError) {
            response = try await client.get(url)
        } catch {
            StandardError.write("arb1d: \(self.address) does not answer: \(error.label)\n")
            throw ExitCode(ExitStatus.checkFailed)
        }
        print(String(decoding: response.body, as: UTF8.self), terminator: "")
        if response.status != 200 { throw ExitCode(ExitStatus.checkFailed) }
    }
}
