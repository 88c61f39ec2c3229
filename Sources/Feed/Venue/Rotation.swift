/// Whether the next connection of a rotation can carry the instruments on: a pure judgement.
struct RotationJudge: Equatable, Sendable {
    enum Verdict: Equatable, Sendable {
        case wait
        /// The next one carries on, and the present one says goodbye.
        case follow
        /// The next one did not come to be: the present one stays.
        case giveUp
    }

    /// How long the next one may take to become live.
    var timeout: Duration
    /// How long both may be live for the sake of instruments that are slow to show themselves.
    var overlap: Duration

    /// Judges a rotation.
    ///
    /// - Parameters:
    ///   - age: Since it began.
    ///   - liveFor: Since the next one is live; `nil`: it is not.
    ///   - missing: Instruments that speak on the present one and were not heard on the next.
    ///   - nextSpoke: Whether any quote came on the next one.
    ///   - presentSpoke: Whether any came on the present one since the next is live.
    ///   - presentHeard: Whether any frame did: until then the present one may have missed what came before.
    /// - Returns: What to do now.
    func judge(
        age: Duration,
        liveFor: Duration?,
        missing: Int,
        nextSpoke: Bool,
        presentSpoke: Bool,
        presentHeard: Bool
    ) -> Verdict {
        guard let liveFor else { return age >= self.timeout ? .giveUp : .wait }
        if nextSpoke, missing == 0, presentHeard { return .follow }
        guard liveFor >= self.overlap else { return .wait }
        // A next one that is silent while the present one speaks was granted everything and delivers nothing.
        return nextSpoke || !presentSpoke ? .follow : .giveUp
    }
}

/// A connection that is made beside one that carries instruments, to carry them on.
struct Rotation {
    let next: FeedSession
    let began: MonotonicInstant
    var nextLiveAt: MonotonicInstant?
}
