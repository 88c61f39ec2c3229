import Core

/// An engine and the buffers of its thread, driven on the thread that feeds.
public struct Drive: ~Copyable {
    private let line: Line
    private var engine: SpreadEngine
    private var batch: [RawElement] = []
    private var displaced: [InstrumentIndex] = []
    private var completed = EngineTally()

    public init(_ line: Line) {
        self.line = line
        self.engine = line.makeEngine()
    }

    /// Feeds frames burst by burst, and has the engine take each burst.
    public mutating func run(_ market: borrowing FrameMarket, from first: Int, to end: Int) {
        var frame = first
        while frame < end {
            let next = min(frame + FrameMarket.burst, end)
            self.line.feed(market, from: frame, to: next)
            frame = next
            self.take()
        }
    }

    /// The same in virtual time, with so many frames a second, and the heartbeat of every second.
    public mutating func run(_ market: borrowing FrameMarket, from first: Int, to end: Int, perSecond: Int) {
        var (frame, second) = (first, -1)
        while frame < end {
            let elapsed = Int64(frame) * 1_000_000_000 / Int64(perSecond)
            let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000 + elapsed)
            if frame / perSecond != second {
                second = frame / perSecond
                self.line.beat(at: now)
            }
            let next = min(frame + FrameMarket.burst, end)
            self.line.feed(market, from: frame, to: next, at: now)
            frame = next
            self.take()
        }
    }

    /// Has the engine take what waits.
    public mutating func take() {
        let outcome = self.line.channel.take(into: &self.batch, displaced: &self.displaced, completed: self.completed)
        guard case .batch = outcome else { return }
        self.completed = self.engine.process(
            self.batch,
            displaced: self.displaced,
            clock: Measure.now,
            heartbeat: { _, _ in }
        )
    }
}
