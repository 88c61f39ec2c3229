/// Orders with their times, one a line: `at 1m30s stall bybit for=10s`.
///
/// Times count from the first subscription. Empty lines, and what follows a `#`, are passed over.
public struct Scenario: Sendable {
    struct Step: Sendable {
        let seconds: Double
        let order: FaultOrder
    }

    /// In the order of their times.
    private(set) var steps: [Step] = []
    private var next = 0

    /// Throws what is wrong with which line, and what to write instead.
    public init(text: String) throws(OrderError) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.prefix { $0 != "#" }
            let words = content.split(maxSplits: 2, whereSeparator: \.isWhitespace).map(String.init)
            guard !words.isEmpty else { continue }
            do throws(OrderError) {
                self.steps.append(try Self.step(words))
            } catch {
                throw OrderError(description: "line \(index + 1): \(error.description)")
            }
        }
        // Stable, so that lines of one time keep their order.
        self.steps = self.steps.enumerated().sorted {
            ($0.element.seconds, $0.offset) < ($1.element.seconds, $1.offset)
        }
        .map(\.element)
    }

    private static func step(_ words: [String]) throws(OrderError) -> Step {
        guard words[0] == "at", words.count == 3 else {
            throw OrderError(description: "no order; write: at 10s stall bybit for=5s")
        }
        guard let seconds = DurationText.seconds(words[1]), seconds >= 0 else {
            throw OrderError(description: "at \(words[1]) does not fit; write a duration such as 200ms, 5s or 2m")
        }
        return Step(seconds: seconds, order: try FaultOrder(line: words[2]))
    }

    /// The orders that fell due, each once.
    mutating func due(atSeconds seconds: Double) -> [FaultOrder] {
        var orders: [FaultOrder] = []
        while self.next < self.steps.count, self.steps[self.next].seconds <= seconds {
            orders.append(self.steps[self.next].order)
            self.next += 1
        }
        return orders
    }
}
