import ArgumentParser
import Glibc
import Venues
import WireLogs

/// `arb1d replay`: what the daemon would have found in recorded frames, the same bytes on every run.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run recorded frames through adapters and engine, faster than real time.",
        discussion: """
            Recordings are wire logs: nanoseconds since 1970, < > or #, and the frame, a line each; gzip or plain. \
            Lines of all files are merged by their times. See docs/replay.md.
            Exit codes: 0 done, 1 a recording cannot be read, 64 usage, 78 configuration.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A venue and its recording; - is standard input. The same venue may come twice.",
            valueName: "venue=file"
        ),
        transform: Self.source
    )
    var recordings: [ReplayRun.Source]

    @Option(help: "A configuration, for fees, points, bands, windows and symbols.")
    var config: String?

    @Option(
        help: "End at this instant, lines of it included: ns since 1970, or ISO 8601.",
        transform: Self.instant
    )
    var until: ReplayInstant?

    @Flag(help: "Print what /metrics would say, but what is about the machine. So it is without any flag.")
    var metrics = false

    @Flag(help: "Print one line of JSON for each pair.")
    var pairs = false

    func validate() throws {
        guard self.recordings.count(where: { $0.path == "-" }) < 2 else {
            throw ValidationError("Standard input can be only one of the recordings; name files for the others.")
        }
    }

    func run() throws {
        var configuration = Configuration.defaults
        if let config = self.config {
            do {
                configuration = try ConfigurationFile.load(config)
            } catch {
                for line in "\(error)".split(separator: "\n") { StandardError.write("arb1d: \(line)\n") }
                throw ExitCode(ExitStatus.configuration)
            }
        }
        let market: ReplayMarket
        do throws(WireLogError) {
            market = try ReplayRun.run(self.recordings, configuration: configuration, until: self.until)
        } catch {
            StandardError.write("arb1d: \(error)\n")
            throw ExitCode(ExitStatus.checkFailed)
        }
        if self.metrics || !self.pairs { try Self.print(market.metrics) }
        if self.pairs { try Self.print(market.pairs) }
    }

    private static func source(_ argument: String) throws -> ReplayRun.Source {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let known = VenueRegistry.all.map { $0.profile.name }.joined(separator: ", ")
        guard parts.count == 2, !parts[1].isEmpty else {
            throw ValidationError("write VENUE=FILE, with one of the venues \(known)")
        }
        guard let adapter = VenueRegistry.adapter(named: parts[0]) else {
            throw ValidationError("unknown venue; write one of \(known)")
        }
        return ReplayRun.Source(adapter: adapter, path: parts[1])
    }

    private static func instant(_ argument: String) throws -> ReplayInstant {
        guard let instant = ReplayInstant(argument) else {
            throw ValidationError("write nanoseconds since 1970, or a date and time such as 2024-08-08T23:59:59.5Z")
        }
        return instant
    }

    private static func print(_ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let rest = bytes[written...]
            let count = unsafe rest.withUnsafeBytes { unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                StandardError.write(
                    "arb1d: cannot write to standard output: \(unsafe String(cString: strerror(errno)))\n"
                )
                throw ExitCode(ExitStatus.checkFailed)
            }
            written += count
        }
    }
}
