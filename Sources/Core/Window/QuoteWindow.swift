/// What one retained element says of its instrument.
public enum RetainedKind: UInt8, Sendable {
    /// A quote that gives a spread; one with equal prices is locked and gives no point.
    case quote
    /// The same, with the prices and sizes that stood already: it proves them, and makes them no younger.
    case repeated
    /// Crossed or one-sided: it stands, but gives no spread.
    case unusable
    /// From here on it was not known to stand.
    case stale
    /// Known to stand again, without a new quote.
    case live
    /// No quote from here on.
    case withdrawn

    /// Whether it carries prices.
    var isQuote: Bool { self.rawValue <= RetainedKind.unusable.rawValue }
}

/// What an instrument's retained elements came to.
struct QuoteState: WindowState, Equatable {
    static let isLinked = true

    var base = ElementBase()
    /// The engine time of the last quote.
    private(set) var quotedAt = Int64.min
    /// The engine time of the quote that last changed a price or size.
    private(set) var changedAt = Int64.min
    private(set) var isUsable = false
    private(set) var hasQuote = false
    private(set) var isStale = false

    @inline(__always)
    mutating func note(_ kind: RetainedKind) {
        switch kind {
        case .quote, .repeated, .unusable:
            self.quotedAt = self.base.time
            if kind != .repeated { self.changedAt = self.base.time }
            (self.isUsable, self.hasQuote, self.isStale) = (kind != .unusable, true, false)
        case .stale: self.isStale = true
        case .live: self.isStale = false
        case .withdrawn: self.hasQuote = false
        }
    }
}

typealias QuoteWindow = ElementWindow<QuoteState>
typealias RetainedElement = WindowElement<RetainedKind>

/// A quote as the window gives it back.
public struct RetainedQuote: Equatable, Sendable {
    /// Engine time.
    public let time: Timestamp
    public let bid: ExactDecimal
    public let ask: ExactDecimal
}

extension RetainedQuote {
    fileprivate init(time: Int64, _ numbers: ElementBase) {
        self.time = Timestamp(nanoseconds: time)
        self.bid = ExactDecimal(mantissa: numbers.first, scale: numbers.firstScale)
        self.ask = ExactDecimal(mantissa: numbers.second, scale: numbers.secondScale)
    }
}

extension ElementWindow<QuoteState> {
    /// The quotes, oldest first, led by the one that stood where the window begins.
    var quotes: [RetainedQuote] {
        var quotes: [RetainedQuote] = []
        if let past = self.past, past.quotedAt != .min {
            quotes.append(RetainedQuote(time: past.quotedAt, past.base))
        }
        var cursor = WindowCursor(self)
        while let element = cursor.next() {
            if element.kind.isQuote { quotes.append(RetainedQuote(time: element.time, element.numbers)) }
        }
        return quotes
    }
}

/// The two prices of a quote.
extension ElementBase {
    @inline(__always) var bid: Double { Self.double(self.first, scale: self.firstScale) }
    @inline(__always) var ask: Double { Self.double(self.second, scale: self.secondScale) }

    /// Whether both prices are equal.
    @inline(__always)
    var isLocked: Bool {
        if self.firstScale == self.secondScale { return self.first == self.second }
        return ExactDecimal(mantissa: self.first, scale: self.firstScale)
            == ExactDecimal(mantissa: self.second, scale: self.secondScale)
    }

    /// The nearest `Double`, as ``ExactDecimal/double`` gives it.
    ///
    /// Up to 2^53 both operands are exact, so that the quotient is the same whatever the scale.
    @inline(__always)
    private static func double(_ units: Int64, scale: UInt8) -> Double {
        if units.magnitude <= 1 << 53 { return Double(units) / powersOfTen[Int(scale)] }
        return ExactDecimal(mantissa: units, scale: scale).double
    }
}
