/// Both pairs of two instruments, as one of these sees them: one sells here and buys there, one the other way round.
struct PairLink: Sendable {
    /// The first of both; the other direction stands right behind it.
    let first: Int32
    /// The instrument at the other end.
    let other: Int32
    /// Whether this instrument is the one that the first pair sells.
    let sells: Bool

    @inline(__always)
    var pairs: Range<Int> { Int(self.first)..<Int(self.first) + 2 }

    /// Which leg of one of both pairs this instrument is.
    @inline(__always)
    func side(in pair: Int) -> PairSide { (pair == Int(self.first)) == self.sells ? .sell : .buy }
}

/// The pairs of every instrument, one behind the other: what a quote looks through.
struct PairLinks: ~Copyable {
    struct Part {
        var start: Int32
        var count: Int32
    }

    private var parts = Slab<Part>()
    private var links = Slab<PairLink>()

    /// Finds the pairs of each of so many instruments anew; the order of a quote's pairs is that of the list.
    mutating func rebuild(_ pairs: borrowing Slab<PairState>, instruments: Int) {
        var byInstrument = [[PairLink]](repeating: [], count: instruments)
        for first in stride(from: 0, to: pairs.count, by: 2) where !pairs[first].isOver {
            let (sell, buy) = (pairs[first].entry.sell, pairs[first].entry.buy)
            precondition(pairs[first + 1].entry.sell == buy && pairs[first + 1].entry.buy == sell, "no other direction")
            byInstrument[sell.position].append(PairLink(first: Int32(first), other: Int32(buy.position), sells: true))
            byInstrument[buy.position].append(PairLink(first: Int32(first), other: Int32(sell.position), sells: false))
        }
        self.parts.removeAll()
        self.links.removeAll()
        for links in byInstrument {
            self.parts.append(Part(start: Int32(self.links.count), count: Int32(links.count)))
            for link in links { self.links.append(link) }
        }
    }

    /// Where the links of an instrument stand.
    @inline(__always)
    func range(of position: Int) -> Range<Int> {
        let start = Int(self.parts[position].start)
        return start..<start + Int(self.parts[position].count)
    }

    @inline(__always)
    func prefetch(_ position: Int) { self.parts.prefetch(position) }

    @inline(__always)
    subscript(index: Int) -> PairLink { self.links[index] }

    /// The instrument has no pairs any more, and neither have the others one with it.
    mutating func remove(_ position: Int) {
        for index in self.range(of: position) {
            let (first, other) = (self.links[index].first, Int(self.links[index].other))
            var kept = Int(self.parts[other].start)
            for index in self.range(of: other) where self.links[index].first != first {
                self.links[kept] = self.links[index]
                kept += 1
            }
            self.parts[other].count = Int32(kept) - self.parts[other].start
        }
        self.parts[position].count = 0
    }
}
