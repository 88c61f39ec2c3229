/// The way from a venue to one connection while faults act upon it: what waits, and what was said last.
struct Line: Sendable {
    enum Item: Sendable {
        case parcel(Parcel)
        case ping([UInt8])
        case pong([UInt8])
        case close(code: UInt16?)

        var bytes: Int {
            switch self {
            case .parcel(let parcel): parcel.frame.wireBytes
            case .ping(let payload), .pong(let payload): payload.count + 2
            case .close(let code): code == nil ? 0 : 4
            }
        }
    }

    /// More than this in wait, and the connection ends: a bound, like any venue's.
    static let waitingBytesMax = 8 << 20
    /// A slow line may save up so many seconds of its rate.
    private static let savingSeconds = 0.1

    private var items: [(item: Item, due: Moment)] = []
    private var head = 0
    private(set) var waitingBytes = 0
    private(set) var waitingFrames = 0
    /// Quotes that wait for the next one of their listing, oldest first.
    var heldBack: [Frame] = []
    /// It was sent something that must end it: it says no more.
    var isPoisoned = false
    private var allowance = 0.0
    private var allowedAt: Moment?

    var isEmpty: Bool { self.head == self.items.count }
    /// Whether there is nothing to remember.
    var isTrivial: Bool { self.isEmpty && self.heldBack.isEmpty && !self.isPoisoned }
    var framesHeld: Int { self.waitingFrames + self.heldBack.count }

    mutating func enqueue(_ item: Item, due: Moment) {
        self.items.append((item: item, due: due))
        self.waitingBytes += item.bytes
        if case .parcel = item { self.waitingFrames += 1 }
    }

    /// The first item that may go now, under a rate if there is one; a delay that is over holds nothing back.
    mutating func next(at now: Moment, isDelayed: Bool, bytesPerSecond: Double?) -> Item? {
        self.save(at: now, bytesPerSecond: bytesPerSecond)
        guard self.head < self.items.count else { return nil }
        let (item, due) = self.items[self.head]
        guard !isDelayed || due.nanoseconds <= now.nanoseconds else { return nil }
        if bytesPerSecond != nil {
            guard self.allowance > 0 else { return nil }
            self.allowance -= Double(item.bytes)
        }
        self.head += 1
        self.waitingBytes -= item.bytes
        if case .parcel = item { self.waitingFrames -= 1 }
        // Moved up only now and then, so that an item costs the same however many wait.
        if self.head * 2 > self.items.count {
            self.items.removeFirst(self.head)
            self.head = 0
        }
        return item
    }

    private mutating func save(at now: Moment, bytesPerSecond: Double?) {
        guard let rate = bytesPerSecond else {
            self.allowedAt = nil
            return
        }
        let passed = self.allowedAt.map { now.seconds(since: $0) } ?? Self.savingSeconds
        self.allowance = min(self.allowance + passed * rate, max(1, rate * Self.savingSeconds))
        self.allowedAt = now
    }

    /// Takes the quote of that listing that was held back.
    mutating func release(listing: Int?) -> Frame? {
        guard let index = self.heldBack.firstIndex(where: { $0.listing == listing }) else { return nil }
        return self.heldBack.remove(at: index)
    }
}
