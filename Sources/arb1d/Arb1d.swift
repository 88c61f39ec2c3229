import ArgumentParser

/// Watches the same instruments on several venues and exports what it sees.
@main
struct Arb1d: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arb1d",
        abstract: "Watches arbitrage across crypto venues and tells the truth about it.",
        version: "arb1d \(Build.version) (\(Build.configuration), swift \(Build.swift))",
        subcommands: [
            Run.self, CheckConfig.self, ShowConfig.self, ShowVersion.self, CheckHealth.self, Replay.self,
            ShowMetrics.self,
        ]
    )
}
