import ArgumentParser

/// `arb1d check-config`: names everything that is wrong with a configuration, and changes nothing.
struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check a configuration and name all its problems.",
        discussion: "The environment overrides the file here as it does in `run`. Exit codes: 0 fine, 1 problems found."
    )

    @Option(help: "The configuration, a YAML file.")
    var config: String

    func run() throws {
        do {
            let configuration = try ConfigurationFile.load(self.config)
            let problems = try ShowMetrics.catalogue(configuration, file: self.config).problems(configuration)
            if !problems.isEmpty { throw ConfigurationError(file: self.config, problems: problems) }
            print("\(self.config): fine, \(configuration.venues.count) venues, sha256 \(configuration.digest)")
        } catch {
            for line in "\(error)".split(separator: "\n") { StandardError.write("arb1d: \(line)\n") }
            throw ExitCode(ExitStatus.checkFailed)
        }
    }
}

/// `arb1d config`: the configuration in force after defaults, file and environment.
struct ShowConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the configuration in force, defaults and environment included, as YAML."
    )

    @Option(help: "The configuration, a YAML file.")
    var config: String

    func run() throws {
        do {
            print(try ConfigurationFile.load(self.config).yaml, terminator: "")
        } catch {
            for line in "\(error)".split(separator: "\n") { StandardError.write("arb1d: \(line)\n") }
            throw ExitCode(ExitStatus.configuration)
        }
    }
}

/// `arb1d version`.
struct ShowVersion: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print what this program is.")

    func run() { print(Arb1d.configuration.version) }
}
