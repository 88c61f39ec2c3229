import Core
import Synchronization

/// The universe as discovery last left it: one place for all engines, so that none can be asked of a pair that another
/// has shown already and it has no way to know.
final class LatestUniverse: Sendable {
    private let universe: Mutex<Universe>
    private let revision: Atomic<Int>

    init(_ universe: Universe) {
        self.universe = Mutex(universe)
        self.revision = Atomic(universe.revision)
    }

    func set(_ universe: Universe) {
        self.universe.withLock { $0 = universe }
        self.revision.store(universe.revision, ordering: .releasing)
    }

    /// The universe, if it has changed since this revision: costs a look at one number when it has not.
    func newer(than revision: Int) -> Universe? {
        guard self.revision.load(ordering: .acquiring) > revision else { return nil }
        return self.universe.withLock { $0 }
    }

    /// Which engine has a pair that somebody knows of.
    func shard(of pair: PairIndex) -> Int { self.universe.withLock { $0.shard(of: pair) } }
}
