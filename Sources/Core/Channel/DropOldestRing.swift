/// The drop-oldest rule as a pure value. Its storage grows with the deepest backlog so far and stays.
struct DropOldestRing<Element>: ~Copyable {
    private static var smallest: Int { 1_024 }

    private var slots: [Element?]
    private var head = 0
    let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        precondition(capacity > 0, "a ring holds at least one element")
        self.capacity = capacity
        self.slots = Array(repeating: nil, count: min(capacity, Self.smallest))
    }

    /// Appends `element`; when full, first displaces the oldest element and returns it.
    mutating func push(_ element: Element) -> Element? {
        let displaced = self.count == self.capacity ? self.pop() : nil
        if self.count == self.slots.count { self.grow() }
        var tail = self.head + self.count
        if tail >= self.slots.count { tail -= self.slots.count }
        self.slots[tail] = element
        self.count += 1
        return displaced
    }

    mutating func pop() -> Element? {
        guard self.count > 0 else { return nil }
        let oldest = self.slots[self.head].take()
        self.head += 1
        if self.head == self.slots.count { self.head = 0 }
        self.count -= 1
        if self.count == 0 { self.head = 0 }  // An idle ring keeps to its first pages.
        return oldest
    }

    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(min(self.capacity, self.slots.count * 2))
        larger.append(contentsOf: self.slots[self.head...])
        larger.append(contentsOf: self.slots[..<self.head])
        while larger.count < min(self.capacity, self.slots.count * 2) { larger.append(nil) }
        (self.slots, self.head) = (larger, 0)
    }
}
