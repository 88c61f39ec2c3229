import Core

/// When a pair is quarantined, in the reference's own terms.
struct QuarantineRule {
    /// How far apart the "minutes" of a test are.
    var interval = 60 * second
    var limit = 0.05
    var limitAtOnce = 0.5
}

extension ReferenceEngine {
    // MARK: Outliers

    /// Holds the standing quote of an instrument, which just came, against the symbol's other venues.
    mutating func judge(_ index: Int) {
        self.instruments[index].isDoubted = false
        guard let quote = self.instruments[index].standing, self.instruments[index].makesSense else {
            return self.instruments[index].sums.append(nil)
        }
        let sum = quote.bidPrice + quote.askPrice
        let isOutlier = self.isFarOff(sum, index)
        let before = self.instruments[index].sums.last ?? nil
        self.instruments[index].sums.append((sum, isOutlier))
        if isOutlier {
            self.flagged[self.instruments[index].venue]["outlier", default: 0] += 1
            let agrees = before.map { $0.isOutlier && !self.isApart(sum, $0.sum, $0.sum) } ?? false
            self.instruments[index].isDoubted = !agrees
        }
        if !self.instruments[index].isDoubted { self.instruments[index].acceptedSum = sum }
    }

    private func isFarOff(_ sum: Double, _ index: Int) -> Bool {
        let others = self.instruments.indices.filter { other in
            other != index && self.instruments[other].symbol == self.instruments[index].symbol
                && self.instruments[other].givesSpread && !self.instruments[other].isStale
        }
        let sums = others.compactMap { self.instruments[$0].standing }.map { $0.bidPrice + $0.askPrice }.sorted()
        if sums.isEmpty {
            return self.instruments[index].acceptedSum.map { self.isApart(sum, $0, $0) } ?? false
        }
        // The two middle ones, which are one where the number is odd.
        return self.isApart(sum, sums[(sums.count - 1) / 2], sums[sums.count / 2])
    }

    private func isApart(_ sum: Double, _ low: Double, _ high: Double) -> Bool {
        guard let ratio = self.settings.outlierRatio else { return false }
        return sum > high * (1 + ratio) || sum < low * (1 - ratio)
    }

    // MARK: Quarantine

    /// Looks at all spreads at each whole minute up to `now` that was not looked at yet.
    mutating func passMinutes(until now: Int64) {
        let interval = self.settings.quarantine.interval
        defer { self.lastMinute = max(self.lastMinute ?? .min, now / interval * interval) }
        guard var minute = self.lastMinute else { return }
        while minute + interval <= now {
            minute += interval
            for pair in self.pairs.indices where !self.pairs[pair].isOver { self.look(at: pair, minute: minute) }
        }
    }

    private mutating func look(at pair: Int, minute: Int64) {
        let spread = self.faultOfLegs(pair) == nil ? self.figures(pair).spread : nil
        self.pairs[pair].minutes.append(spread.map { abs($0) > self.settings.quarantine.limit })
        let minutes = self.pairs[pair].minutes
        if self.pairs[pair].quarantine == nil {
            guard minutes.suffix(60).filter({ $0 == true }).count >= 50 else { return }
            self.changeQuarantine(of: pair, to: .beyondLimit)
            self.note(.quarantine, pair, at: minute)
        } else {
            let lastBeyond = minutes.lastIndex { $0 == true } ?? -1
            guard minutes[(lastBeyond + 1)...].filter({ $0 == false }).count >= 60 else { return }
            self.changeQuarantine(of: pair, to: nil)
        }
    }

    /// Looks at the pair's first spread.
    mutating func discover(_ pair: Int) {
        guard !self.pairs[pair].isDiscovered, self.faultOfLegs(pair) == nil else { return }
        self.pairs[pair].isDiscovered = true
        guard abs(self.figures(pair).spread) > self.settings.quarantine.limitAtOnce else { return }
        self.changeQuarantine(of: pair, to: .multiple)
    }
}
