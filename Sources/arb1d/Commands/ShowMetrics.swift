import Alerts
import ArgumentParser
import Core
import Logging
import Venues

/// `arb1d metrics`: everything that can be scraped, without running anything.
struct ShowMetrics: ParsableCommand {
    enum Format: String, ExpressibleByArgument { case markdown, json }

    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "List all metrics, or how many series there can be.",
        discussion: """
            Without a configuration it lists them as with all venues, an alert and a webhook.
            Exit codes: 0 done, 1 more series than metrics.series_limit, 78 configuration.
            """
    )

    @Option(help: "The configuration, a YAML file.")
    var config: String?

    @Option(help: "Of the list: markdown or json.")
    var format = Format.markdown

    @Flag(help: "Print the most series that each family can have instead of the list.")
    var budget = false

    func run() throws {
        let (configuration, catalogue): (Configuration, Catalogue)
        do {
            configuration = try self.config.map { try ConfigurationFile.load($0) } ?? Self.everything
            catalogue = try Self.catalogue(configuration, file: self.config ?? "")
        } catch {
            for line in "\(error)".split(separator: "\n") { StandardError.write("arb1d: \(line)\n") }
            throw ExitCode(ExitStatus.configuration)
        }
        guard self.budget else {
            return print(self.format == .json ? catalogue.json : catalogue.markdown, terminator: "")
        }
        print(catalogue.budget, terminator: "")
        let problems = catalogue.problems(configuration)
        guard problems.isEmpty else {
            let error = ConfigurationError(file: self.config ?? "", problems: problems)
            StandardError.write("arb1d: \(error)\n")
            throw ExitCode(ExitStatus.checkFailed)
        }
    }

    /// Composes a daemon, which registers all that it exports, and never runs it.
    static func catalogue(_ configuration: Configuration, file: String) throws(ConfigurationError) -> Catalogue {
        let log = LogControl(level: .critical)
        let logger = Logger(label: "arb1d") { _ in LineLogHandler(style: .logfmt, control: log) }
        return try Daemon(configuration, file: file, logger: logger, log: log).compose().catalogue
    }

    /// Every part that a configuration can bring in.
    static var everything: Configuration {
        var configuration = Configuration.defaults
        configuration.venues = VenueRegistry.all.map { Configuration.VenueChoice(name: $0.profile.name) }
        configuration.alerts = [AlertRule(name: "Any", netSpreadAbove: 0.001)]
        configuration.webhooks = [Configuration.WebhookChoice(name: "any", url: "http://127.0.0.1:9/")]
        return configuration
    }
}
