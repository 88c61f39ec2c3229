/// An instant as the simulator sees it: one clock to measure with, one to stamp frames with.
///
/// The two are read together by the shell and never compared with each other.
public struct Moment: Sendable, Equatable {
    /// Nanoseconds of a clock that never steps; its zero means nothing.
    public let nanoseconds: Int64
    /// Nanoseconds since 1970-01-01 UTC. May step; only ever printed.
    public let unixNanoseconds: Int64

    public init(nanoseconds: Int64, unixNanoseconds: Int64) {
        self.nanoseconds = nanoseconds
        self.unixNanoseconds = unixNanoseconds
    }

    var unixMilliseconds: Int64 { self.unixNanoseconds / 1_000_000 }
    var unixSeconds: Int64 { self.unixNanoseconds / 1_000_000_000 }

    func seconds(since earlier: Moment) -> Double {
        Double(self.nanoseconds - earlier.nanoseconds) / 1e9
    }

    /// What a clock tells that is off by so much; it measures as before.
    func offBy(seconds: Double) -> Moment {
        Moment(nanoseconds: self.nanoseconds, unixNanoseconds: self.unixNanoseconds + Int64(seconds * 1e9))
    }

    /// The same wall clock, with the measuring clock moved on: deadlines of a paused process move with it.
    func advanced(bySeconds seconds: Double) -> Moment {
        Moment(nanoseconds: self.nanoseconds + Int64(seconds * 1e9), unixNanoseconds: self.unixNanoseconds)
    }
}
