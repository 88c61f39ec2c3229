import ArgumentParser
import Endpoints
import Glibc
import LibraryMetrics
import Logging

/// `arb1d run`: the daemon itself.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the daemon until SIGTERM or SIGINT.",
        discussion: """
            Every setting of the file can be overridden by an environment variable: ready.grace by ARB1D_READY_GRACE.
            Exit codes: 0 drained, 69 cannot listen, 70 internal error, 75 drain deadline passed, 78 configuration.
            """
    )

    @Option(help: "The configuration, a YAML file.")
    var config: String

    func run() async throws {
        DescriptorLimit.raise()
        let configuration: Configuration
        do {
            configuration = try ConfigurationFile.load(self.config)
        } catch {
            Self.complain("\(error)")
            throw ExitCode(ExitStatus.configuration)
        }
        let log = LogControl(level: configuration.logLevel)
        let daemon: Daemon
        do {
            daemon = try Daemon(configuration, file: self.config, logger: Self.logger(log), log: log)
        } catch {
            Self.complain("\(error)")
            throw ExitCode(ExitStatus.configuration)
        }
        LibraryMetricsFactory(daemon.libraries).bootstrap()
        try await Self.run(daemon)
    }

    private static func run(_ daemon: Daemon) async throws {
        do {
            try await daemon.run()
        } catch let error as ConfigurationError {
            self.complain("\(error)")
            throw ExitCode(ExitStatus.configuration)
        } catch let error as ListenError {
            self.complain("\(error)")
            throw ExitCode(ExitStatus.cannotListen)
        } catch {
            self.complain("ended by an error of its own: \(error); please report it with the log")
            throw ExitCode(ExitStatus.internalError)
        }
    }

    /// Logfmt for a person at a terminal, JSON for everybody else.
    private static func logger(_ log: LogControl) -> Logger {
        let style: LogStyle = isatty(STDERR_FILENO) == 1 ? .logfmt : .json
        return Logger(label: "arb1d") { _ in LineLogHandler(style: style, control: log) }
    }

    /// Says why there is no daemon, in plain words, before there is a log.
    private static func complain(_ text: String) {
        for line in text.split(separator: "\n") { StandardError.write("arb1d: \(line)\n") }
    }
}
