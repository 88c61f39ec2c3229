import Chart
import Core

/// What a spread must be to be believed, and to be an opportunity.
extension Configuration {
    mutating func readQuality(_ reader: inout ConfigurationReader) {
        let expected = "a ratio above 0 and below 1, such as 0.1, or off"
        let ratio = reader.scalar("outlier_ratio", expected: expected) { text -> Double?? in
            if text == "off" || text == "false" { return .some(nil) }  // YAML 1.1 reads a bare off as a Boolean.
            guard let ratio = Double(text), ratio > 0, ratio < 1 else { return nil }
            return .some(ratio)
        }
        if let ratio { self.engine.outlierRatio = ratio }
        self.readQuarantine(&reader)
        self.readOpportunities(&reader)
    }

    private mutating func readQuarantine(_ reader: inout ConfigurationReader) {
        let limitAtOnce = self.engine.quarantine.limitAtOnce
        let limit = reader.scalar("quarantine.limit", expected: "a ratio above 0 and below 0.5, such as 0.05") {
            Double($0).flatMap { $0 > 0 && $0 < limitAtOnce ? $0 : nil }
        }
        if let limit { self.engine.quarantine.limit = limit }
        for name in reader.list("quarantine.allow") ?? [] {
            guard !name.isEmpty, !name.contains(":") || ChartKey(name) != nil else {
                reader.report(
                    "quarantine.allow",
                    reader.line(of: "quarantine.allow"),
                    "\"\(name.prefix(100))\" is neither a symbol nor a pair",
                    "write a symbol such as BTCUSDT, or SYMBOL:SELL_VENUE:BUY_VENUE"
                )
                continue
            }
            self.engine.quarantine.allowed.insert(name)
        }
    }

    private mutating func readOpportunities(_ reader: inout ConfigurationReader) {
        let enter = reader.scalar("opportunities.enter", expected: "a ratio above 0, such as 0.0005") {
            Double($0).flatMap { $0 > 0 && $0 < 100 ? $0 : nil }
        }
        let exit = reader.scalar("opportunities.exit", expected: "a ratio above -1, such as 0") {
            Double($0).flatMap { $0 > -1 && $0 < 100 ? $0 : nil }
        }
        if let enter { self.engine.opportunities.enter = enter }
        if let exit { self.engine.opportunities.exit = exit }
        if self.engine.opportunities.exit > self.engine.opportunities.enter {
            reader.report(
                "opportunities.exit",
                reader.line(of: "opportunities.exit"),
                "above opportunities.enter: an opportunity would end as it begins",
                "make it opportunities.enter or less"
            )
        }
        let notional = reader.scalar("opportunities.min_notional", expected: "a number from 0, in the quote asset") {
            Double($0).flatMap { $0 >= 0 && $0.isFinite ? $0 : nil }
        }
        if let notional { self.engine.opportunities.minNotional = notional }
        if let age = reader.duration("opportunities.phantom_age") {
            self.engine.opportunities.phantomAge = age.wholeNanoseconds
        }
        let crosses = reader.scalar("opportunities.cross_market", expected: "true or false") { Bool($0) }
        if let crosses { self.engine.opportunities.includesBasis = crosses }
        if let count = reader.count("opportunities.keep", 0...100_000) { self.engine.opportunities.kept = count }
    }
}
