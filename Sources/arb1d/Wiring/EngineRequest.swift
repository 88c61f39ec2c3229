import Core

/// What others ask of an engine; answered on its thread between two batches, so an answer must not wait.
enum EngineRequest: Sendable {
    case pair(PairRequest)
    /// All opportunities that are open, and the last that ended.
    case opportunities(reply: @Sendable (OpportunityReport?) -> Void)

    /// There are no more of these than pairs that are watched, and a lost one would never be made up for.
    var mustArrive: Bool {
        if case .pair(.unwatch) = self { true } else { false }
    }

    /// Answers without an engine.
    func refuse() {
        switch self {
        case .pair(.watch(_, let reply)), .pair(.history(_, let reply)): reply(nil)
        case .opportunities(let reply): reply(nil)
        case .pair(.unwatch): break
        }
    }
}

/// What is asked of the engine that has a pair.
enum PairRequest: Sendable {
    /// Tell of each of the pair's points from now on, and hand out what it has so far; `nil`: no such pair.
    case watch(PairIndex, reply: @Sendable (PairHistory?) -> Void)
    case unwatch(PairIndex)
    case history(PairIndex, reply: @Sendable (PairHistory?) -> Void)

    var pair: PairIndex {
        switch self {
        case .watch(let pair, _), .unwatch(let pair), .history(let pair, _): pair
        }
    }
}
