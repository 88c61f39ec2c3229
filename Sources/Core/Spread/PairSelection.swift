/// Which pairs are shown where there is no room for all: the best by net spread, with hysteresis. Told the time.
///
/// A pair comes in when it ranks among the first `top` and there is room. It leaves only after `patience` below rank
/// 1.2 `top`: whoever draws its line shall not see it come and go. So more than `top` pairs can be in at once, and
/// `room` bounds them.
public struct PairSelection: Sendable {
    /// Five minutes: what Prometheus itself bridges of a series without samples.
    public static let patience: Int64 = 300_000_000_000

    /// Those who are in, with the instant since when they have ranked too low; ``Timestamp/never`` while they do not.
    private var members: [PairIndex: Timestamp] = [:]
    /// Those who should be in and found no room.
    public private(set) var waiting: Set<PairIndex> = []

    public init() {}

    public var chosen: Set<PairIndex> { Set(self.members.keys) }

    public func contains(_ pair: PairIndex) -> Bool { self.members[pair] != nil }

    /// How many pairs `top` can need at once: beside the best those who are about to leave, half as many.
    public static func room(for top: Int) -> Int { top + (top + 1) / 2 }

    /// The largest `top` that ``room(for:)`` finds room for.
    public static func top(within room: Int) -> Int { room * 2 / 3 }

    /// Looks at the ranking once more: call it about once a second.
    ///
    /// - Parameters:
    ///   - ranking: The pairs that have a net spread now, best first.
    ///   - always: Those that never leave, in the order in which they get room; they come first.
    ///   - top: How many of the best are wanted beside those.
    ///   - room: Most pairs at once.
    ///   - now: Must not go back.
    public mutating func update(
        _ ranking: [PairIndex],
        always: [PairIndex] = [],
        top: Int,
        room: Int,
        at now: Timestamp
    ) {
        let kept = Set(always)
        let rest = ranking.filter { !kept.contains($0) }
        self.dismiss(below: kept.union(rest.prefix(top + top / 5)), at: now)
        self.waiting = []
        for pair in always { self.admit(pair, room: .max) }
        self.shrink(to: room, ranking: always + rest)
        for pair in rest.prefix(top) { self.admit(pair, room: room) }
    }

    private mutating func dismiss(below staying: Set<PairIndex>, at now: Timestamp) {
        for (pair, since) in self.members {
            if staying.contains(pair) {
                self.members[pair] = .never
            } else if since == .never {
                self.members[pair] = now
            } else if now.nanoseconds(since: since) >= Self.patience {
                self.members[pair] = nil
            }
        }
    }

    private mutating func admit(_ pair: PairIndex, room: Int) {
        guard self.members[pair] == nil else { return }
        if self.members.count < room { self.members[pair] = .never } else { self.waiting.insert(pair) }
    }

    /// Takes out the last of the ranking when there is less room than there was.
    private mutating func shrink(to room: Int, ranking: [PairIndex]) {
        guard self.members.count > room else { return }
        var left: [PairIndex: Timestamp] = [:]
        for pair in ranking {
            guard let since = self.members[pair] else { continue }
            if left.count < room { left[pair] = since } else { self.waiting.insert(pair) }
        }
        self.members = left
    }
}
