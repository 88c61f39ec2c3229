import Core
import Venues

/// Topics of one stream: the venue's symbols.
struct Topics: Equatable, Sendable {
    var stream: StreamKind
    var venueSymbols: [String]
}

/// What a venue refused on one connection, or never answered for, and when all of it is asked for again.
struct MissingTopics: Sendable {
    /// How long after the first of them; what joins later waits less, so that all go together.
    let pause: Duration
    private var topics: [Topics] = []
    private(set) var askAgainAt: MonotonicInstant?

    init(pause: Duration) { self.pause = pause }

    mutating func add(_ more: Topics, at now: MonotonicInstant) {
        guard !more.venueSymbols.isEmpty else { return }
        if self.askAgainAt == nil { self.askAgainAt = now.advanced(by: self.pause) }
        guard let index = self.topics.firstIndex(where: { $0.stream == more.stream }) else {
            return self.topics.append(more)
        }
        let known = Set(self.topics[index].venueSymbols)
        self.topics[index].venueSymbols += more.venueSymbols.filter { !known.contains($0) }
    }

    /// These are watched no more.
    mutating func forget(_ venueSymbols: [String]) {
        for index in self.topics.indices { self.topics[index].venueSymbols.removeAll(where: venueSymbols.contains) }
    }

    /// What is to be asked for now: it is missing no more until it is refused again.
    mutating func takeDue(at now: MonotonicInstant) -> [Topics] {
        guard let askAgainAt = self.askAgainAt, now >= askAgainAt else { return [] }
        defer { self = MissingTopics(pause: self.pause) }
        return self.topics.filter { !$0.venueSymbols.isEmpty }
    }
}
