import CAllocations
import Metrics
import Pipeline

/// `allocations [QUOTES]`: allocations from frame bytes to metric cells, after warm-up: for N quotes and ten times as
/// many. `allocations render SAMPLES`: of one scrape after another of the same registry, in each format.
///
/// One thread does all, so that the count is of nothing else. Prints JSON lines.
let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "render" {
    let samples = arguments.count > 1 ? Int(arguments[1]) ?? 10_000 : 10_000
    for (mix, format) in RenderCounting.cases {
        let count = RenderCounting.run(samples: samples, mix: mix, format: format)
        Report.line("\(mix.rawValue) \(format.label)", [("samples", Double(samples)), ("allocations", Double(count))])
    }
} else {
    let quotes = arguments.first.flatMap(Int.init) ?? 100_000
    let counts = Counting.run(quotes: quotes)
    Report.line(
        "arb1d allocations",
        [
            ("quotes", Double(quotes)), ("allocations", Double(counts.few)), ("quotes_10", Double(quotes * 10)),
            ("allocations_10", Double(counts.many)),
        ]
    )
}
