import Glibc
import Metrics
import Synchronization

/// Eight threads write, create and remove, four scrape in all formats; in the end every count must be exact.
/// Usage: torture SECONDS SEED
let arguments = CommandLine.arguments
let seconds = arguments.count > 1 ? Int(arguments[1]) ?? 10 : 10
let seed = arguments.count > 2 ? UInt64(arguments[2]) ?? 1 : 1

let subject = Subject()
let stop = Stop()
let start = ContinuousClock.now
let writers = (0..<8).map { number in Worker { subject.write(as: number, seed: seed, until: stop) } }
let scrapers = (0..<4).map { number in Worker { subject.scrape(as: number, until: stop) } }
while ContinuousClock.now - start < .seconds(seconds) { sleep(1) }
stop.isWanted.store(true, ordering: .relaxed)
for worker in writers + scrapers { worker.join() }

let complaints = subject.complaints
print("\(subject.written) observations, \(subject.scraped) scrapes in \(seconds) s, seed \(seed)")
for complaint in complaints { print("WRONG: \(complaint)") }
exit(complaints.isEmpty ? 0 : 1)
