/// How an instrument leaves the market in mid-stream.
extension SpreadEngine {
    /// An element of the instrument was displaced on its way here: perhaps the one that says it is no longer listed.
    mutating func lose(_ position: Int) {
        if self.cells.universe.instruments[position].isListed {
            self.becomeStale(position, .lost, at: .never)
        } else {
            self.delist(position, at: .never)
        }
    }

    /// The venue no longer lists the instrument: what is kept of it goes, and its pairs with it.
    mutating func delist(_ position: Int, at instant: Timestamp) {
        guard !self.legs[position].isDelisted else { return }
        let time = self.engineTime(of: position, at: instant)
        self.legs[position].delist()
        self.cells.instruments[position].store(nil)
        self.windows.drop(InstrumentIndex(position))
        for index in self.links.range(of: position) {
            for pair in self.links[index].pairs { self.delist(pair: pair, at: time) }
        }
        self.links.remove(position)
    }

    private mutating func delist(pair: Int, at time: Int64) {
        let status = self.pairs[pair].status
        if status == .fresh { self.freshPairs -= 1 }
        self.endOpportunity(of: pair, .delisted, at: time)
        self.pairs[pair].end()
        if status == .quarantined { self.board.noteQuarantineChange() }
    }
}
