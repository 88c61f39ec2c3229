import Glibc

/// `bench ROW ARGUMENT...`: makes one measurement and prints it as a JSON line; `run.py` takes turns with the peers.
@main
enum Main {
    private static let rows: [String: @Sendable ([String]) -> Void] = [
        "decode": { DecodeRow.run(count: Self.number($0, 0, 500_000), runs: Self.number($0, 1, 5)) },
        "ticks": { Ticks.write(to: $0.first ?? "ticks.bin", count: Self.number($0, 1, 1_000_000)) },
        "spread": { SpreadRow.run(file: $0.first ?? "ticks.bin", runs: Self.number($0, 1, 5)) },
        "history": { SpreadRow.history(file: $0.first ?? "ticks.bin", runs: Self.number($0, 1, 5)) },
        "whole": { WholeRow.run(symbols: Self.number($0, 0, 300), quotes: Self.number($0, 1, 1_000_000)) },
        "instruments": { InstrumentRow.run(millions: Self.number($0, 0, 50)) },
        "render": {
            RenderRow.run(
                samples: Self.number($0, 0, 10_000),
                runs: Self.number($0, 1, 9),
                mix: Self.text($0, 2, "gauges"),
                format: Self.text($0, 3, "text")
            )
        },
        "snapshot": { SnapshotRow.run(points: Self.number($0, 0, 9_000), runs: Self.number($0, 1, 9)) },
        "memory": { MemoryRow.run(recording: $0.first ?? "") },
        "growth": {
            GrowthRow.run(
                symbols: Self.number($0, 0, 300),
                quotes: Self.number($0, 1, 200_000),
                warmUp: Self.number($0, 3, Self.number($0, 1, 200_000)),
                hasHistograms: Self.text($0, 2, "") != "bare"
            )
        },
        "overload": { OverloadRow.run(seconds: Self.number($0, 0, 10)) },
    ]

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let name = arguments.first, let row = self.rows[name] else {
            print("usage: bench ROW ARGUMENT...   rows: \(self.rows.keys.sorted().joined(separator: " "))")
            exit(64)
        }
        row(Array(arguments.dropFirst()))
    }

    private static func text(_ arguments: [String], _ index: Int, _ standard: String) -> String {
        index < arguments.count ? arguments[index] : standard
    }

    private static func number(_ arguments: [String], _ index: Int, _ standard: Int) -> Int {
        index < arguments.count ? Int(arguments[index]) ?? standard : standard
    }
}
