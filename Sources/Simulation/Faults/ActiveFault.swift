/// A fault that a venue has, and what came of it so far.
struct ActiveFault: Sendable {
    let id: Int
    /// The words that ordered it.
    let words: String
    let fault: Fault
    /// The only listing that is meant; nil: all.
    let listing: Int?
    /// Every how many frames it happens.
    let every: Int
    let until: Moment?
    private(set) var remaining: Int?
    private var seen = 0
    /// How many bytes each connection was sent since, or what it holds back.
    var bytesSent: [ConnectionID: Int] = [:]
    private(set) var frames = 0
    private(set) var connections = 0
    private(set) var requests = 0

    init(id: Int, order: FaultOrder, listing: Int?, at now: Moment) {
        self.id = id
        self.words = order.words
        self.fault = order.fault
        self.listing = listing
        self.every = max(1, order.every ?? 1)
        self.until = order.forSeconds.map { now.advanced(bySeconds: $0) }
        self.remaining = order.count ?? order.fault.defaultCount
    }

    var isSpent: Bool { self.remaining == 0 }

    func isOver(at now: Moment) -> Bool {
        self.isSpent || (self.until.map { now.nanoseconds >= $0.nanoseconds } ?? false)
    }

    func means(_ frame: Frame) -> Bool { self.listing == nil || self.listing == frame.listing }

    /// Counts one more occasion; true when it happens at this one.
    mutating func isDue() -> Bool {
        guard !self.isSpent else { return false }
        self.seen += 1
        guard self.seen.isMultiple(of: self.every) else { return false }
        self.remaining = self.remaining.map { $0 - 1 }
        return true
    }

    mutating func did(frames: Int = 0, connections: Int = 0, requests: Int = 0) {
        self.frames += frames
        self.connections += connections
        self.requests += requests
    }

    func write(to text: inout FrameText) {
        text.raw("{\"id\":\(self.id),\"order\":")
        text.quoted(self.words)
        text.raw(",\"frames\":\(self.frames),\"connections\":\(self.connections),\"requests\":\(self.requests)}")
    }
}
