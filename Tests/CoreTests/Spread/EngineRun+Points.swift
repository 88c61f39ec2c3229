import TestSupport

@testable import Core

extension EngineRun {
    /// Where the points that were told, or those computed from the windows, are not those of the reference.
    mutating func differentPoints(_ random: inout SplitMix64) -> [String] {
        var differences: [String] = []
        for (index, pair) in self.reference.pairs.enumerated() {
            let expected = pair.allPoints.enumerated().map { offset, point in
                Point(number: UInt64(offset + 1), time: point.time, spread: point.spread, band: point.band)
            }
            let told = self.told.filter { $0.pair == PairIndex(index) }.map(Point.init)
            if told != expected { differences.append("told of \(index): \(told.count), not \(expected.count)") }
            guard let history = self.engine.history(of: PairIndex(index)) else {
                if !pair.isOver { differences.append("no history of \(index)") }
                continue
            }
            if pair.isOver { differences.append("a history of \(index), which is over") }
            self.histories += 1
            let whole = history.series(span: .max, now: self.script.now)
            if whole.completeFrom != nil { self.incompleteHistories += 1 }
            for span in [.max] + (0..<3).map({ _ in random.span() }) {
                differences += self.differences(of: index, history, span: span, expected)
            }
        }
        return differences
    }

    /// What a history over some span has that the reference has not, or the other way round.
    private func differences(of pair: Int, _ history: PairHistory, span: Int64, _ expected: [Point]) -> [String] {
        let now = self.script.now
        let series = history.series(span: span, now: now)
        let begin = span == .max ? .min : now.nanoseconds - span
        let complete = max(begin, series.completeFrom?.nanoseconds ?? .min)
        var differences: [String] = []
        let (shown, points) = (series.points.map(Point.init), expected.filter { $0.time >= complete })
        if shown.filter({ $0.time >= complete }) != points || series.number != UInt64(expected.count) {
            differences.append("history of \(pair): \(shown.count) points from \(complete), not \(points.count)")
        }
        if shown.contains(where: { $0.time < begin }) { differences.append("history of \(pair) begins too early") }
        // What comes before may lack points and bands, and nothing else.
        let known = Set(expected.map { [$0.time, Int64(bitPattern: $0.spread)] })
        if !shown.allSatisfy({ known.contains([$0.time, Int64(bitPattern: $0.spread)]) }) {
            differences.append("history of \(pair) has a point that never was")
        }
        // A shorter span never knows less of what it shows.
        let whole = history.series(span: .max, now: self.script.now).completeFrom
        if series.completeFrom != whole.flatMap({ $0.nanoseconds > begin ? $0 : nil }) {
            differences.append("history of \(pair) is complete from \(complete)")
        }
        return differences
    }

    /// A point to the last bit.
    private struct Point: Equatable {
        let number: UInt64
        let time: Int64
        let spread: UInt64
        let band: [UInt64]?

        init(number: UInt64, time: Int64, spread: Double, band: (upper: Double, lower: Double)?) {
            (self.number, self.time, self.spread) = (number, time, spread.bitPattern)
            self.band = band.map { [$0.upper.bitPattern, $0.lower.bitPattern] }
        }

        init(_ point: PairPoint) {
            self.init(
                number: point.number,
                time: point.time.nanoseconds,
                spread: point.spread,
                band: point.band.map { ($0.upper, $0.lower) }
            )
        }
    }
}

extension SplitMix64 {
    /// Of any order of magnitude from a nanosecond to minutes.
    fileprivate mutating func span() -> Int64 { Int64.random(in: 0...(1 << self.int(0...37)), using: &self) }
}
