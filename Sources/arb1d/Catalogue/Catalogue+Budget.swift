import Core

extension Catalogue {
    /// What of the configuration asks for more series than it allows; empty when all fit.
    func problems(_ configuration: Configuration) -> [ConfigurationProblem] {
        let budget = self.maxima.budget
        if budget.fixed > budget.limit {
            return [
                ConfigurationProblem(
                    key: "metrics.series_limit",
                    origin: .file,
                    problem: "\(budget.limit) is less than the \(budget.fixed) series that there are without any pair",
                    remedy: "make it larger"
                )
            ]
        }
        guard let excess = self.maxima.excess else { return [] }
        let room = budget.mostPairs(instruments: self.maxima.instruments)
        return [
            ConfigurationProblem(
                key: excess.key,
                origin: .file,
                problem: "asks for up to \(excess.pairs) pairs, and metrics.series_limit has room for \(room)",
                remedy: "make metrics.series_limit larger or discovery.max_instruments smaller, or ask for fewer pairs"
            )
        ]
    }
}
