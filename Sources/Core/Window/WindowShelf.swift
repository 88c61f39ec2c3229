/// Why an element is no longer in its window.
public enum WindowExit: UInt8, CaseIterable, Sendable {
    /// It was older than the span.
    case age
    /// All windows together were over their budget of bytes.
    case budget
    /// Its instrument is no longer listed.
    case delisted

    /// The value of the `reason` label.
    public var label: String {
        switch self {
        case .age: "age"
        case .budget: "budget"
        case .delisted: "delisted"
        }
    }
}

/// How many elements left one window, by reason.
typealias WindowExits = InlineArray<3, UInt64>

/// The windows of one sort of element, of all instruments, and the ledger of what they hold.
struct WindowShelf<State: WindowState>: ~Copyable {
    private let span: Int64
    private(set) var windows = Slab<ElementWindow<State>>()
    private var storage = ChunkStorage()
    private(set) var bytes = 0
    /// Elements held now. Kept up with every change, and counted anew in the chunks themselves by ``advance(to:)``.
    private(set) var held: UInt64 = 0
    private(set) var appended: UInt64 = 0
    private(set) var expired: UInt64 = 0
    private(set) var evicted: UInt64 = 0
    private(set) var delisted: UInt64 = 0
    /// The same by instrument.
    private(set) var exits: [WindowExits] = []

    init(span: Int64) { self.span = span }

    mutating func extend(to count: Int) {
        while self.windows.count < count {
            self.windows.append(ElementWindow())
            self.exits.append(WindowExits(repeating: 0))
        }
    }

    /// Has the processor bring near what an append to a window touches: two steps, the first leads to the other.
    @inline(__always)
    func prefetch(_ position: Int, step: Int) {
        if step == 0 { return self.windows.prefetch(position) }
        self.windows.look(position) { $0.prefetch() }
    }

    /// Appends an element with numbers of its own.
    ///
    /// - Parameters:
    ///   - kind: What the element says.
    ///   - position: The instrument's.
    ///   - time: Engine time.
    ///   - first: Its first number.
    ///   - second: Its second number.
    ///   - serial: The number of the chunk, should one be begun.
    /// - Returns: What that did to the storage.
    @inline(__always)
    mutating func append(
        _ kind: State.Kind,
        _ position: Int,
        time: Int64,
        first: ExactDecimal,
        second: ExactDecimal,
        serial: UInt64
    ) -> WindowGrowth {
        let growth = self.windows[position].append(
            kind,
            time: time,
            first: first,
            second: second,
            serial: serial,
            span: self.span,
            storage: &self.storage
        )
        self.note(growth, of: position, at: time)
        return growth
    }

    /// Appends a mark.
    mutating func append(_ mark: State.Kind, _ position: Int, time: Int64, serial: UInt64) -> WindowGrowth {
        let growth = self.windows[position].append(
            mark,
            time: time,
            serial: serial,
            span: self.span,
            storage: &self.storage
        )
        self.note(growth, of: position, at: time)
        return growth
    }

    @inline(__always)
    private mutating func note(_ growth: WindowGrowth, of position: Int, at time: Int64) {
        self.appended &+= 1
        self.held &+= 1
        self.bytes += growth.bytes
        if growth.beganChunk { self.expire(position, before: time - self.span) }
    }

    /// Lets every window advance to `now`, also those whose instruments fell silent.
    mutating func advance(to now: Timestamp) {
        let limit = now.nanoseconds - self.span
        for position in self.windows.indices { self.expire(position, before: limit) }
        self.held = self.windows.indices.reduce(0) { $0 + UInt64(self.windows[$1].count) }
    }

    private mutating func expire(_ position: Int, before limit: Int64) {
        while !self.windows[position].chunks.isEmpty, self.windows[position].oldestChunkEnd < limit {
            self.expired &+= self.removeOldest(of: position, .age)
        }
    }

    /// Takes out the oldest chunk of a window, if it is the one with this number.
    ///
    /// - Returns: Whether it was.
    mutating func evictOldest(of position: Int, serial: UInt64) -> Bool {
        guard self.windows[position].chunks.first?.serial == serial else { return false }
        self.evicted &+= self.removeOldest(of: position, .budget)
        return true
    }

    private mutating func removeOldest(of position: Int, _ exit: WindowExit) -> UInt64 {
        let removed = self.windows[position].removeOldest(&self.storage)
        self.bytes -= removed.bytes
        self.held &-= UInt64(removed.count)
        self.exits[position][Int(exit.rawValue)] &+= UInt64(removed.count)
        return UInt64(removed.count)
    }

    /// Empties a window, and forgets also what stood at its beginning.
    mutating func drop(_ position: Int) {
        while !self.windows[position].chunks.isEmpty { self.delisted &+= self.removeOldest(of: position, .delisted) }
        self.windows[position] = ElementWindow()
    }

    /// Whether the chunk with this number is still here, or an older one of the same window.
    func holds(_ serial: UInt64, of position: Int) -> Bool {
        self.windows[position].chunks.first.map { $0.serial <= serial } ?? false
    }
}
