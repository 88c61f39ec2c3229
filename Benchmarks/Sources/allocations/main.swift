import CAllocations
import Pipeline

/// Allocations from frame bytes to metric cells, after warm-up: for N quotes and for ten times as many.
///
/// One thread does all, so that the count is of nothing else. Prints a JSON line; the status is 1 when there were any.
let quotes = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 100_000 : 100_000
let counts = Counting.run(quotes: quotes)
Report.line(
    "arb1d allocations",
    [
        ("quotes", Double(quotes)), ("allocations", Double(counts.few)), ("quotes_10", Double(quotes * 10)),
        ("allocations_10", Double(counts.many)),
    ]
)
