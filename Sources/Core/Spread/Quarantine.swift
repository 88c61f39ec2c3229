/// When a pair is not one asset twice.
public struct QuarantineSettings: Sendable, Equatable {
    /// A spread farther from 0 than this ratio is beyond the limit.
    public var limit = 0.05
    /// The first spread of a pair, farther from 0 than this ratio, is enough: one of the two is a multiple.
    public var limitAtOnce = 0.5
    /// Pairs that are never quarantined: `BTCUSDT` names all of a symbol, `BTCUSDT:binance:bybit` one of them.
    public var allowed: Set<String> = []
    /// How often spreads are looked at, in nanoseconds: at whole minutes.
    var interval: Int64 = 60 * 1_000_000_000

    public init() {}

    /// Whether a pair is exempt.
    func allows(symbol: String, sell: String, buy: String) -> Bool {
        !self.allowed.isEmpty && (self.allowed.contains(symbol) || self.allowed.contains("\(symbol):\(sell):\(buy)"))
    }
}

/// Why a pair is in quarantine.
public enum QuarantineReason: UInt8, CaseIterable, Sendable {
    /// Its spread was beyond the limit at 50 of 60 whole minutes.
    case beyondLimit = 1
    /// Its very first spread was so far from 0 that one leg must be a multiple of the other.
    case multiple

    /// The reason in words of an API.
    public var label: String {
        switch self {
        case .beyondLimit: "beyond_limit"
        case .multiple: "multiple"
        }
    }
}

/// Whether one pair is in quarantine: told its spread once at first and then at whole minutes.
///
/// A minute without a spread says nothing: it is not beyond the limit, and no minute within it either.
struct Quarantine: Sendable, Equatable {
    private static let minutes: UInt64 = 60
    private static let minutesToEnter = 50
    private static let minutesToLeave: UInt8 = 60

    private(set) var reason: QuarantineReason?
    /// Whether the pair had a spread yet.
    private(set) var isDiscovered = false
    private var isAllowed = false
    /// Minutes within the limit since the last one beyond it.
    private var minutesWithin: UInt8 = 0
    /// One bit for each of the last minutes, the youngest lowest: beyond the limit.
    private var beyond: UInt64 = 0

    /// - Parameter isAllowed: The configuration says that this pair is one asset.
    init(isAllowed: Bool = false) { self.isAllowed = isAllowed }

    var isActive: Bool { self.reason != nil }

    /// Takes the pair's first spread.
    mutating func discover(_ spread: Double, _ settings: QuarantineSettings) {
        self.isDiscovered = true
        if !self.isAllowed, spread.magnitude > settings.limitAtOnce { self.reason = .multiple }
    }

    /// Takes the spread at a whole minute, `nil` when there was none; `true` when the pair enters or leaves.
    mutating func pass(_ spread: Double?, _ settings: QuarantineSettings) -> Bool {
        guard !self.isAllowed else { return false }
        self.beyond = (self.beyond << 1) & (1 << Self.minutes - 1)
        if let spread {
            if spread.magnitude > settings.limit {
                self.beyond |= 1
                self.minutesWithin = 0
            } else {
                self.minutesWithin = min(self.minutesWithin + 1, Self.minutesToLeave)
            }
        }
        if self.isActive {
            guard self.minutesWithin == Self.minutesToLeave else { return false }
            (self.reason, self.minutesWithin, self.beyond) = (nil, 0, 0)
            return true
        }
        guard self.beyond.nonzeroBitCount >= Self.minutesToEnter else { return false }
        (self.reason, self.minutesWithin) = (.beyondLimit, 0)
        return true
    }
}
