/// The drop-oldest rule as a pure value. Its storage is reserved once and touched as it is used.
struct DropOldestRing<Element>: ~Copyable {
    private var slots: [Element?] = []
    private var head = 0
    let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        precondition(capacity > 0, "a ring holds at least one element")
        self.capacity = capacity
        self.slots = Array(repeating: nil, count: capacity)
    }

    /// Appends `element`; when full, first displaces the oldest element and returns it.
    mutating func push(_ element: Element) -> Element? {
        let displaced = self.count == self.capacity ? self.pop() : nil
        var tail = self.head + self.count
        if tail >= self.capacity { tail -= self.capacity }
        self.slots[tail] = element
        self.count += 1
        return displaced
    }

    mutating func pop() -> Element? {
        guard self.count > 0 else { return nil }
        let oldest = self.slots[self.head].take()
        self.head += 1
        if self.head == self.capacity { self.head = 0 }
        self.count -= 1
        if self.count == 0 { self.head = 0 }  // An idle ring keeps to its first pages.
        return oldest
    }
}
