import Core

extension ExactDecimal {
    /// Parses what a test spells out.
    init(_ text: String) throws(DecimalError) {
        let bytes = Array(text.utf8)
        try self.init(ascii: bytes.span)
    }
}

extension Timestamp {
    /// Some instant in 2023: the tests' origin of time.
    static let origin = Timestamp(milliseconds: 1_700_000_000_000)

    static func + (instant: Timestamp, nanoseconds: Int64) -> Timestamp { instant.advanced(byNanoseconds: nanoseconds) }
}

let millisecond: Int64 = 1_000_000
let second: Int64 = 1_000_000_000

extension Quote {
    /// A quote in whole units of price, with one of each size.
    static func at(
        _ instrument: Int,
        bid: Int64,
        ask: Int64,
        sequence: UInt64 = 0,
        _ receivedAt: Timestamp,
        flags: QuoteFlags = [],
        size: Int64 = 1
    ) -> Quote {
        Quote(
            instrument: InstrumentIndex(instrument),
            bid: ExactDecimal(mantissa: bid, scale: 0),
            bidSize: ExactDecimal(mantissa: size, scale: 0),
            ask: ExactDecimal(mantissa: ask, scale: 0),
            askSize: ExactDecimal(mantissa: size, scale: 0),
            sequence: sequence,
            receivedAt: receivedAt,
            flags: flags
        )
    }
}

extension RawElement {
    /// A quote that carries `sequence`, so that it can be told from all others.
    static func numbered(_ sequence: UInt64, instrument: Int, venue: Int) -> RawElement {
        RawElement(.quote(.at(instrument, bid: 1, ask: 2, sequence: sequence, .origin)), venue: VenueIndex(venue))
    }

    var sequence: UInt64? {
        if case .quote(let quote) = self.payload { quote.sequence } else { nil }
    }
}
