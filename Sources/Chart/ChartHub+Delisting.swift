import Core

/// What becomes of the subscribers of a pair that is no longer listed.
extension ChartHub {
    /// Tells them, and ends their subscriptions. Those of a configured pair wait for it to be listed again.
    mutating func endDelisted(into actions: inout [ChartAction]) {
        for (pair, key) in self.delisted.sorted(by: { $0.key.position < $1.key.position }) {
            let ids = self.clients.filter { $0.value.stages[pair] != nil }.keys.sorted()
            let comesAgain = self.configured.contains(key)
            self.outlet.refuse(.delisted(key, comesAgain: comesAgain), to: ids, into: &actions)
            if self.audiences.removeValue(forKey: pair) != nil { actions.append(.unwatch(pair)) }
            for id in ids {
                _ = self.clients[id]?.unsubscribe(pair)
                if comesAgain {
                    self.clients[id]?.waitAgain(for: key)
                    self.waiting[key, default: ClientList()].insert(id)
                } else {
                    self.countSubscriptions(-1)
                }
            }
            for id in ids { self.advance(id, into: &actions) }
        }
    }

    /// Pairs that somebody follows or waits for, and whose name stands for no pair now, or for another one.
    private var delisted: [PairIndex: ChartKey] {
        var delisted: [PairIndex: ChartKey] = [:]
        for (pair, audience) in self.audiences where self.lookup(audience.key) != pair {
            delisted[pair] = audience.key
        }
        for turn in self.clients.values.flatMap(\.turns) where self.lookup(turn.key) != turn.pair {
            delisted[turn.pair] = turn.key
        }
        return delisted
    }
}
