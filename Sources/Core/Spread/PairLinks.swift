/// One of the pairs of an instrument, as that instrument sees it.
struct PairLink: Sendable {
    let pair: Int32
    /// The instrument at the other end.
    let other: Int32
    /// Whether this instrument is the one that is sold.
    let sells: Bool
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
        for index in pairs.indices where !pairs[index].isOver {
            let (sell, buy) = (pairs[index].entry.sell.position, pairs[index].entry.buy.position)
            byInstrument[sell].append(PairLink(pair: Int32(index), other: Int32(buy), sells: true))
            byInstrument[buy].append(PairLink(pair: Int32(index), other: Int32(sell), sells: false))
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
            let (pair, other) = (self.links[index].pair, Int(self.links[index].other))
            var kept = Int(self.parts[other].start)
            for index in self.range(of: other) where self.links[index].pair != pair {
                self.links[kept] = self.links[index]
                kept += 1
            }
            self.parts[other].count = Int32(kept) - self.parts[other].start
        }
        self.parts[position].count = 0
    }
}
