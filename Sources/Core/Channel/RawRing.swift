/// What a full channel gives up.
public enum OverflowPolicy: String, CaseIterable, Sendable {
    /// The oldest element, whatever it is.
    case displace
    /// The waiting quote of the instrument that a newer one comes for, and only without one the oldest element: a loud
    /// instrument loses its own quotes, and quiet ones keep theirs.
    case conflate
}

/// A lane's storage: a ring that gives up one element for each one that it has no room for.
struct RawRing {
    enum Loss: Equatable {
        /// The oldest element: what it said is lost.
        case displaced(RawElement)
        /// A quote whose instrument has a newer one in the ring.
        case conflated(RawElement)
    }

    private static let smallest = 1_024

    let capacity: Int
    private let policy: OverflowPolicy
    /// Conflated elements leave empty slots, which are skipped.
    private var slots: [RawElement?]
    private var head = 0
    /// Slots from the head on that are in use, empty ones included.
    private var span = 0
    private(set) var count = 0
    /// The number of the head's slot; they count up from 1 for ever.
    private var headNumber: UInt64 = 1
    /// By instrument: the number of its newest quote's slot. Only for conflation; 0 is none.
    private var newest: [UInt64] = []

    init(capacity: Int, policy: OverflowPolicy) {
        precondition(capacity > 0, "a ring holds at least one element")
        (self.capacity, self.policy) = (capacity, policy)
        self.slots = Array(repeating: nil, count: min(capacity, Self.smallest))
    }

    /// Appends `element`; when full, first gives up another one and returns it.
    mutating func push(_ element: RawElement) -> Loss? {
        let loss = self.count == self.capacity ? self.makeRoom(for: element) : nil
        if self.span == self.slots.count { self.rearrange() }
        self.slots[self.index(self.span)] = element
        if self.policy == .conflate, case .quote(let quote) = element.payload {
            self.remember(quote.instrument, number: self.headNumber + UInt64(self.span))
        }
        self.span += 1
        self.count += 1
        return loss
    }

    mutating func pop() -> RawElement? {
        while self.span > 0 {
            let element = self.slots[self.head].take()
            self.head = self.index(1)
            self.headNumber += 1
            self.span -= 1
            guard let element else { continue }
            self.count -= 1
            if self.count == 0 { self.clear() }
            return element
        }
        return nil
    }

    private mutating func makeRoom(for element: RawElement) -> Loss? {
        if self.policy == .conflate, case .quote(let quote) = element.payload,
            let old = self.takeNewest(of: quote.instrument)
        {
            return .conflated(old)
        }
        return self.pop().map { .displaced($0) }
    }

    /// Takes out the instrument's newest quote, if it waits.
    private mutating func takeNewest(of instrument: InstrumentIndex) -> RawElement? {
        guard instrument.position < self.newest.count else { return nil }
        let number = self.newest[instrument.position]
        guard number >= self.headNumber, number < self.headNumber + UInt64(self.span) else { return nil }
        let index = self.index(Int(number - self.headNumber))
        guard let element = self.slots[index].take() else { return nil }
        self.count -= 1
        return element
    }

    private mutating func remember(_ instrument: InstrumentIndex, number: UInt64) {
        while self.newest.count <= instrument.position { self.newest.append(0) }
        self.newest[instrument.position] = number
    }

    private func index(_ offset: Int) -> Int {
        let index = self.head + offset
        return index < self.slots.count ? index : index - self.slots.count
    }

    /// An idle ring keeps to its first pages.
    private mutating func clear() {
        self.headNumber += UInt64(self.span)
        (self.head, self.span) = (0, 0)
    }

    /// Closes the gaps, and doubles the room while there is a backlog that fills more than half of it.
    ///
    /// Twice the capacity is the most: then at least as many elements came since the last time as are moved now.
    private mutating func rearrange() {
        let most = self.policy == .conflate ? self.capacity * 2 : self.capacity
        let room = self.count * 2 > self.slots.count ? min(most, self.slots.count * 2) : self.slots.count
        var moved: [RawElement?] = []
        moved.reserveCapacity(room)
        for offset in 0..<self.span {
            guard let element = self.slots[self.index(offset)] else { continue }
            moved.append(element)
        }
        self.headNumber += UInt64(self.span)
        (self.head, self.span) = (0, moved.count)
        if self.policy == .conflate {
            for (offset, element) in moved.enumerated() {
                guard case .quote(let quote)? = element?.payload else { continue }
                self.remember(quote.instrument, number: self.headNumber + UInt64(offset))
            }
        }
        while moved.count < room { moved.append(nil) }
        self.slots = moved
    }
}
