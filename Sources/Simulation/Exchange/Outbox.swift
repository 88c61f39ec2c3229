/// Which frames of one connection its socket has not taken whole: what is lost when the connection ends now.
///
/// Offsets count the bytes of all frames since the connection was opened.
public struct Outbox: Sendable {
    private var endOffsets: [Int] = []
    private var takenFrames = 0
    public private(set) var bytes = 0

    public init() {}

    /// Adds a frame to the end; one that is not counted (a ping, a close) only takes up its bytes.
    public mutating func append(bytes: Int, isCounted: Bool) {
        self.bytes += bytes
        if isCounted { self.endOffsets.append(self.bytes) }
    }

    /// The socket has taken all but the last `untakenBytes`.
    public mutating func left(untakenBytes: Int) {
        let taken = self.bytes - untakenBytes
        while self.takenFrames < self.endOffsets.count, self.endOffsets[self.takenFrames] <= taken {
            self.takenFrames += 1
        }
        // Moved up only now and then, so that a frame costs the same however many wait.
        guard self.takenFrames * 2 >= self.endOffsets.count else { return }
        self.endOffsets.removeFirst(self.takenFrames)
        self.takenFrames = 0
    }

    /// Gives up what is left and says how many frames that are.
    public mutating func abandon() -> Int {
        let frames = self.endOffsets.count - self.takenFrames
        self.endOffsets.removeAll()
        self.takenFrames = 0
        return frames
    }
}
