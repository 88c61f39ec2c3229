/// What an expression of Prometheus' language, or a page about one, names of metrics.
///
/// Not a parser of the language: it finds names, the matchers behind them, and lists of labels.
struct PromQLNames {
    struct Selector {
        /// The sample's name, such as `arb1d_end_to_end_seconds_bucket`.
        let name: String
        let matchers: [(label: String, operation: String, value: String)]
    }

    let selectors: [Selector]
    /// Recorded series: those with a colon.
    let recorded: Set<String>
    /// What stands behind `by`, `on` and their like.
    let grouped: Set<String>
    /// Labels that `label_replace` makes.
    let made: Set<String>

    init(_ text: String) {
        var (selectors, recorded): ([Selector], Set<String>) = ([], [])
        for match in text.matches(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) {
            let name = String(match.output)
            if name.contains(":") {
                if name.contains("arb1d") || name.contains(":up:") || name.hasSuffix(":up") { recorded.insert(name) }
                continue
            }
            guard name.hasPrefix("arb1d_") || name.hasPrefix("process_") else { continue }
            selectors.append(Selector(name: name, matchers: Self.matchers(text[match.range.upperBound...])))
        }
        (self.selectors, self.recorded) = (selectors, recorded)
        let lists = text.matches(of: /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/)
        self.grouped = Set(lists.flatMap { Self.words(String($0.output.1)) })
        let replacements = text.matches(of: /label_replace\([^"]*(?:\{[^}]*\}[^"]*)?,\s*"(\w+)"\s*,/)
        self.made = Set(replacements.map { String($0.output.1) })
    }

    private static func matchers(_ rest: Substring) -> [(label: String, operation: String, value: String)] {
        guard rest.first == "{", let end = rest.firstIndex(of: "}") else { return [] }
        return rest[..<end].matches(of: /(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/)
            .map { (String($0.output.1), String($0.output.2), String($0.output.3)) }
    }

    private static func words(_ list: String) -> [String] {
        list.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
    }
}
