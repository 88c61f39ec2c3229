import Core

/// The last known sides of every instrument, which a delta changes one of: a fixed table, filled in place.
///
/// Instruments are numbered over all venues, so that an array by number would be mostly empty: this one is hashed.
struct BybitBooks: Sendable {
    private struct Entry: Sendable {
        var instrument: UInt32 = .max
        /// A snapshot was seen since the connection was made, and everything since could be used.
        var isKnown = false
        var bid = BookSide.empty
        var ask = BookSide.empty
    }

    private var entries: [Entry]

    /// - Parameter count: How many instruments there can be at most.
    init(count: Int) {
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        self.entries = Array(repeating: Entry(), count: capacity)
    }

    /// Makes room for exactly these instruments; what stands of those that were there before stays.
    mutating func keep(_ instruments: [InstrumentIndex]) {
        let (old, kept) = (self.entries, Set(instruments.map(\.rawValue)))
        self = BybitBooks(count: instruments.count)
        for entry in old where kept.contains(entry.instrument) {
            let slot = self.slot(of: InstrumentIndex(Int(entry.instrument)))
            self.entries[slot] = entry
        }
    }

    /// Applies one message and says what stands now; `nil` for a delta without a snapshot before it.
    ///
    /// A snapshot replaces both sides: one that it does not name is empty.
    mutating func apply(
        bid: BybitSideChange,
        ask: BybitSideChange,
        isSnapshot: Bool,
        to instrument: InstrumentIndex
    ) -> (bid: SideReading, ask: SideReading)? {
        let slot = self.slot(of: instrument)
        guard isSnapshot || self.entries[slot].isKnown else { return nil }
        let bidReading = Self.side(bid, standing: isSnapshot ? .empty : self.entries[slot].bid)
        let askReading = Self.side(ask, standing: isSnapshot ? .empty : self.entries[slot].ask)
        if case .side(let bid) = bidReading, case .side(let ask) = askReading {
            self.entries[slot].bid = bid
            self.entries[slot].ask = ask
            self.entries[slot].isKnown = true
        } else {
            // What stands is no longer known: deltas wait for the next snapshot.
            self.entries[slot].isKnown = false
        }
        return (bidReading, askReading)
    }

    private static func side(_ change: BybitSideChange, standing: BookSide) -> SideReading {
        switch change {
        case .unchanged: .side(standing)
        case .replaced(let side): .side(side)
        case .rejected(let reason): .rejected(reason)
        }
    }

    /// The place of `instrument`, taken at its first message.
    ///
    /// The table is at most half full, so the search ends.
    private mutating func slot(of instrument: InstrumentIndex) -> Int {
        let mask = self.entries.count - 1
        var slot = Int(instrument.rawValue &* 0x9E37_79B1) & mask
        while self.entries[slot].instrument != instrument.rawValue {
            if self.entries[slot].instrument == .max {
                self.entries[slot].instrument = instrument.rawValue
                return slot
            }
            slot = (slot + 1) & mask
        }
        return slot
    }
}
