import ArgumentParser
import Simulation
import WireLogs

/// Exchanges on loopback, each in its own dialect, fed by a seeded market or by recordings.
@main
struct ExchangeSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange-sim",
        abstract: "Serves Binance, Bybit and Gate on 127.0.0.1, from a market model or from recordings.",
        discussion: """
            Each venue has a port of its own for REST and WebSocket, and speaks its own dialect. Ports are free ones \
            unless named; they are printed, and with --ports-file written down, once all listeners are up.

            Four venues with a made-up market:
              exchange-sim --rate 2000 --ports-file ports.json

            The same through TLS, with a certificate of its own making and a configuration for arb1d to copy:
              exchange-sim --tls

            A recording at ten times its speed:
              exchange-sim --replay binance=recording.log.gz --speed 10

            The control port tells its requests at /, what was sent at /sim/state, and makes a venue misbehave: \
            POST /sim/stall?venue=bybit&for=10s, until then or until POST /sim/heal?venue=bybit. A scenario does the \
            same by the clock, which starts with the first subscription:
              at 10s stall bybit for=10s
              at 30s rest all route=time status=429 retry-after=5s count=3

            Exit status: 0 after SIGTERM or SIGINT, 64 for wrong usage, 65 for a scenario that makes no sense, 66 for \
            a recording or a scenario that cannot be read, \
            69 for a port that is taken, 70 for certificates that cannot be made, 73 for a file that cannot be written.
            """
    )

    @Option(help: "Venues to serve, separated by commas: binance, binance-usdm, bybit, gateio.")
    var venues: VenueList = VenueList(venues: SimulatedVenue.allCases)

    @Option(help: "Seed of the market: the same seed gives the same market.")
    var seed: UInt64 = 1

    @Option(help: "Number of symbols that every venue lists.")
    var symbols: Int = 20

    @Option(help: "Quotes per second and venue, of all symbols together.")
    var rate: Double = 500

    @Option(help: ArgumentHelp("Play a recording instead; may be repeated.", valueName: "venue=file"))
    var replay: [ReplayFile] = []

    @Option(help: "How many times faster than recorded to play.")
    var speed: Double = 1

    @Option(help: "Port of Binance spot; 0 takes a free one.")
    var binancePort: UInt16 = 0

    @Option(help: "Port of Binance USD-M; 0 takes a free one.")
    var binanceUsdmPort: UInt16 = 0

    @Option(help: "Port of Bybit; 0 takes a free one.")
    var bybitPort: UInt16 = 0

    @Option(help: "Port of Gate; 0 takes a free one.")
    var gateioPort: UInt16 = 0

    @Option(help: "Port of the control requests; 0 takes a free one.")
    var controlPort: UInt16 = 0

    @Option(help: ArgumentHelp("Write the ports here, as JSON, once all listeners are up.", valueName: "path"))
    var portsFile: String?

    @Option(help: ArgumentHelp("Misbehave as this file says, one order a line: at 10s stall bybit.", valueName: "path"))
    var scenario: String?

    @OptionGroup(title: "TLS")
    var tls: TLSOptions

    @Option(help: ArgumentHelp("Stop all market data that long after the first subscription.", valueName: "seconds"))
    var freezeAfter: Double?

    func validate() throws {
        guard (1...2_000).contains(self.symbols) else { throw ValidationError("--symbols must be 1 to 2000") }
        guard self.rate >= 0, self.rate <= 200_000 else { throw ValidationError("--rate must be 0 to 200000") }
        guard self.speed > 0, self.speed <= 10_000 else {
            throw ValidationError("--speed must be above 0, up to 10000")
        }
        guard self.freezeAfter ?? 0 >= 0 else { throw ValidationError("--freeze-after must not be negative") }
        guard Set(self.replay.map(\.venue)).count == self.replay.count else {
            throw ValidationError("--replay takes one file a venue")
        }
    }

    func run() throws {
        let scenario = try self.scenario.map(Self.readScenario)
        let now = Clocks.now()
        let simulator: Simulator
        if self.replay.isEmpty {
            var settings = MarketModel.Settings()
            (settings.seed, settings.symbols, settings.quotesPerSecond) = (self.seed, self.symbols, self.rate)
            simulator = Simulator(
                model: settings,
                venues: self.venues.venues,
                freezeAfterSeconds: self.freezeAfter,
                scenario: scenario,
                at: now
            )
        } else {
            let replayed = try self.replay.map { Simulator.Replayed(venue: $0.venue, log: try $0.read()) }
            simulator = Simulator(
                replay: replayed,
                speed: self.speed,
                seed: self.seed,
                freezeAfterSeconds: self.freezeAfter,
                scenario: scenario,
                at: now
            )
        }
        let server = Server(
            simulator: simulator,
            port: self.port(of:),
            controlPort: self.controlPort,
            portsFile: self.portsFile,
            tls: try self.tls.credentials(portsFile: self.portsFile)
        )
        try server.run()
    }

    private static func readScenario(_ path: String) throws -> Scenario {
        guard let bytes = Files.contents(of: path) else {
            throw Failure(code: 66, "exchange-sim: cannot read the scenario \(path)").report()
        }
        do throws(OrderError) {
            return try Scenario(text: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Failure(code: 65, "exchange-sim: \(path), \(error.description)").report()
        }
    }

    private func port(of venue: SimulatedVenue) -> UInt16 {
        switch venue {
        case .binance: self.binancePort
        case .binanceUsdm: self.binanceUsdmPort
        case .bybit: self.bybitPort
        case .gateio: self.gateioPort
        }
    }
}

/// `binance,gateio`
struct VenueList: ExpressibleByArgument {
    let venues: [SimulatedVenue]

    init(venues: [SimulatedVenue]) { self.venues = venues }

    init?(argument: String) {
        let names = argument.split(separator: ",").map(String.init)
        let venues = names.compactMap(SimulatedVenue.init(rawValue:))
        guard !venues.isEmpty, venues.count == names.count, Set(names).count == names.count else { return nil }
        self.venues = venues
    }

    var defaultValueDescription: String { self.venues.map(\.rawValue).joined(separator: ",") }
}

/// `binance=recording.log.gz`
struct ReplayFile: ExpressibleByArgument {
    let venue: SimulatedVenue
    let path: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let venue = SimulatedVenue(rawValue: parts[0]) else { return nil }
        (self.venue, self.path) = (venue, parts[1])
    }

    func read() throws -> WireLog {
        guard let bytes = Files.contents(of: self.path) else {
            throw Failure(code: 66, "exchange-sim: cannot read the recording \(self.path)").report()
        }
        let log: WireLog
        do throws(WireLog.ReadError) {
            log = try WireLog(file: bytes)
        } catch {
            throw Failure(code: 66, "exchange-sim: \(self.path) is no recording: \(error)").report()
        }
        guard !log.received.isEmpty else {
            throw Failure(code: 66, "exchange-sim: no frames in the recording \(self.path)").report()
        }
        return log
    }
}
