/// Why two standing quotes give no spread.
enum JoinFault: Sendable, Equatable {
    case noQuote, stale, crossed, outlier

    /// `nil`: they do give one.
    @inline(__always)
    init?(_ sell: JoinLeg, _ buy: JoinLeg) {
        if !sell.hasQuote || !buy.hasQuote {
            self = .noQuote
        } else if sell.isStale || buy.isStale {
            self = .stale
        } else if sell.usability == .unusable || buy.usability == .unusable {
            self = .crossed
        } else if sell.usability == .unconfirmed || buy.usability == .unconfirmed {
            self = .outlier
        } else {
            return nil
        }
    }

    /// What an evaluation is counted under.
    var spreadMissing: SpreadMissing {
        switch self {
        case .noQuote: .noQuote
        case .stale: .stale
        case .crossed: .crossed
        case .outlier: .outlier
        }
    }

    /// What a quote without a point is counted under.
    var pointMissing: PointMissing {
        switch self {
        case .noQuote: .noLeg
        case .stale: .stale
        case .crossed: .crossed
        case .outlier: .outlier
        }
    }
}
