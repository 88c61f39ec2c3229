/// Plays recordings side by side on one clock, as they arrived, only faster or slower.
struct Playback: Sendable {
    /// A pause of the process is not made up for: the recording waits too.
    private static let stepSecondsMax = 0.25

    let recordings: [Recording]
    private let speed: Double
    private let origin: Int64
    private var next: [Int]
    private var elapsedNanoseconds = 0.0
    private var lastAdvance: Moment?

    init(recordings: [Recording], speed: Double) {
        precondition(speed > 0, "time must pass")
        self.recordings = recordings
        self.speed = speed
        self.origin = recordings.compactMap(\.startNanoseconds).min() ?? 0
        self.next = recordings.map { _ in 0 }
    }

    var isFinished: Bool {
        self.recordings.indices.allSatisfy { self.next[$0] == self.recordings[$0].frames.count }
    }

    /// Stops the clock until the next `advance`.
    mutating func pause() { self.lastAdvance = nil }

    /// Hands over what fell due since the last call, in the order of receive times over all recordings.
    mutating func advance(to now: Moment, play: (_ recording: Int, _ frame: Recording.Frame) -> Void) {
        defer { self.lastAdvance = now }
        if let last = self.lastAdvance {
            self.elapsedNanoseconds += min(max(0, now.seconds(since: last)), Self.stepSecondsMax) * self.speed * 1e9
        }
        let due = self.origin + Int64(self.elapsedNanoseconds)
        while let recording = self.earliest(dueBy: due) {
            let frame = self.recordings[recording].frames[self.next[recording]]
            self.next[recording] += 1
            play(recording, frame)
        }
    }

    private func earliest(dueBy due: Int64) -> Int? {
        var earliest: (recording: Int, time: Int64)?
        for index in self.recordings.indices where self.next[index] < self.recordings[index].frames.count {
            // A recording without times is due at once, whatever the clocks of the others say.
            let time = max(self.recordings[index].frames[self.next[index]].offsetNanoseconds, self.origin)
            if time <= due, earliest.map({ time < $0.time }) ?? true { earliest = (recording: index, time: time) }
        }
        return earliest?.recording
    }
}
