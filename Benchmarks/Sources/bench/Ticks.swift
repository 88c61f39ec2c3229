import Core
import Glibc
import Pipeline

/// Ticks of two venues in the form that `spread_bound` reads: time in µs, bid, ask; first all of A, then all of B.
struct Ticks {
    struct Tick {
        let time: Int64
        let bid: Double
        let ask: Double
    }

    let a: [Tick]
    let b: [Tick]

    /// Random walks with 20 ticks a second on average, and now and then a silence longer than the join's tolerance.
    static func write(to path: String, count: Int) {
        guard let file = unsafe fopen(path, "w") else { preconditionFailure("cannot write \(path)") }
        defer { unsafe fclose(file) }
        for seed in 1...2 as ClosedRange<UInt64> {
            var generator = Seeded(seed)
            var (time, mid) = (Int64(1_786_310_000_000_000), 60_000.0)
            for _ in 0..<count / 2 {
                time += Int64(generator.exponential() * 50_000) + 1 + (generator.below(2_000) == 0 ? 5_000_000 : 0)
                mid += generator.normal() * 0.5
                let half = 0.5 + generator.unit()
                var record = (time, ((mid - half) * 100).rounded() / 100, ((mid + half) * 100).rounded() / 100)
                unsafe withUnsafeBytes(of: &record) { bytes in
                    let written = unsafe fwrite(bytes.baseAddress, 1, bytes.count, file)
                    precondition(written == bytes.count, "cannot write \(path)")
                }
            }
        }
    }

    init(file path: String) {
        guard let file = unsafe fopen(path, "r") else { preconditionFailure("cannot read \(path)") }
        defer { unsafe fclose(file) }
        var (ticks, record) = ([Tick](), (Int64(0), 0.0, 0.0))
        while unsafe withUnsafeMutableBytes(
            of: &record,
            { unsafe fread($0.baseAddress, 1, $0.count, file) == $0.count }
        ) {
            ticks.append(Tick(time: record.0, bid: record.1, ask: record.2))
        }
        (self.a, self.b) = (Array(ticks[..<(ticks.count / 2)]), Array(ticks[(ticks.count / 2)...]))
    }
}
