import Core

/// A REST answer that was read whole: its outermost value, and access to what is inside.
///
/// Bodies are read a few times a day, so this reads parts again rather than building a tree.
struct RestBody {
    /// The outermost value; all of the body was checked.
    let root: JSONToken

    /// - Throws: ``CatalogError/malformed(at:)`` where the body is not JSON from end to end.
    init(_ body: Span<UInt8>) throws(CatalogError) {
        do throws(JSONError) {
            var reader = try JSONReader(body)
            self.root = try reader.value(body)
            try reader.finish(body)
        } catch {
            throw .malformed(at: error.at)
        }
    }
}

extension JSONToken {
    /// The values of the members with these names, in this order, ``JSONToken/missing`` for those that are not there or
    /// when this is no object.
    func members(_ names: [StaticString], in body: Span<UInt8>) throws(CatalogError) -> [JSONToken] {
        var values = Array(repeating: JSONToken.missing, count: names.count)
        do throws(JSONError) {
            var reader = try JSONReader(body, at: self.start)
            guard self.kind == .object, try reader.enterObject(body) else { return values }
            while let key = try reader.nextKey(body) {
                let value = try reader.value(body)
                for (position, name) in names.enumerated() where key.matches(name, in: body) {
                    values[position] = value
                }
            }
        } catch {
            throw .malformed(at: error.at)
        }
        return values
    }

    /// The elements of this array, or an error where it is none.
    ///
    /// With `acceptsSingle`, an object that stands alone counts as a list of one: so answer routes that were asked for
    /// one symbol.
    func elements(in body: Span<UInt8>, acceptsSingle: Bool = false) throws(CatalogError) -> [JSONToken] {
        if acceptsSingle, self.kind == .object { return [self] }
        guard self.kind == .array else { throw .malformed(at: self.start) }
        var elements: [JSONToken] = []
        do throws(JSONError) {
            var reader = try JSONReader(body, at: self.start)
            guard try reader.enterArray(body) else { throw JSONError(at: self.start) }
            while try reader.nextElement(body) { elements.append(try reader.value(body)) }
        } catch {
            throw .malformed(at: error.at)
        }
        return elements
    }

    /// Whether this is `literal`, or a list that holds it at any depth.
    func mentions(_ literal: StaticString, in body: Span<UInt8>) throws(CatalogError) -> Bool {
        guard self.kind == .array else { return self.matches(literal, in: body) }
        for element in try self.elements(in: body) where try element.mentions(literal, in: body) { return true }
        return false
    }

    /// A finite number that is not negative, from a number or a text; `nil` for anything else.
    func amount(in body: Span<UInt8>) -> Double? {
        guard let first = self.kind == .missing || self.count == 0 ? nil : body[self.start],
            first &- UInt8(ascii: "0") < 10, let text = self.string(in: body), let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    /// A price or size, zero where it is absent; `nil` when it is unusable.
    func restDecimal(in body: Span<UInt8>) -> ExactDecimal? {
        do throws(FrameError) {
            switch try self.decimal(in: body) {
            case .absent: return .zero
            case .value(let value): return value.mantissa < 0 ? nil : value
            case .unrepresentable: return nil
            }
        } catch {
            return nil
        }
    }
}

extension Listing {
    /// Adds an instrument, or counts it as left out when a part of it is missing or its symbol was there before.
    mutating func add(
        symbol: JSONToken,
        base: JSONToken,
        quote: JSONToken,
        in body: Span<UInt8>,
        known: inout Set<String>
    ) {
        guard !symbol.isAbsent, !base.isAbsent, !quote.isAbsent, let venueSymbol = symbol.string(in: body),
            let base = base.string(in: body), let quote = quote.string(in: body), known.insert(venueSymbol).inserted
        else {
            self.leftOut += 1
            return
        }
        self.instruments.append(ListedInstrument(venueSymbol: venueSymbol, base: base, quote: quote))
    }
}

/// How a venue names the members of a book ticker.
struct BookTickerNames {
    let symbol: StaticString
    let bid: StaticString
    let bidSize: StaticString
    let ask: StaticString
    let askSize: StaticString
    /// Sizes do not come with this route.
    var isUnsized = false
}

/// The quotes of those rows that name a known symbol and can be read.
func seedQuotes(
    _ rows: [JSONToken],
    names: BookTickerNames,
    symbols: SymbolTable,
    requestedAt: Timestamp,
    in body: Span<UInt8>
) throws(CatalogError) -> [Quote] {
    var quotes: [Quote] = []
    for row in rows {
        let values = try row.members([names.symbol, names.bid, names.bidSize, names.ask, names.askSize], in: body)
        guard let instrument = values[0].instrument(in: symbols, body), let bid = values[1].restDecimal(in: body),
            let bidSize = values[2].restDecimal(in: body), let ask = values[3].restDecimal(in: body),
            let askSize = values[4].restDecimal(in: body)
        else { continue }
        quotes.append(
            Quote(
                instrument: instrument,
                bid: bid,
                bidSize: names.isUnsized ? .zero : bidSize,
                ask: ask,
                askSize: names.isUnsized ? .zero : askSize,
                sequence: 0,
                receivedAt: requestedAt,
                flags: names.isUnsized ? [.seeded, .unsized] : .seeded
            )
        )
    }
    return quotes
}

/// The 24 h quote volumes of those rows that have a readable one.
func quoteVolumes(
    _ rows: [JSONToken],
    symbol: StaticString,
    volume: StaticString,
    in body: Span<UInt8>
) throws(CatalogError) -> [String: Double] {
    var volumes: [String: Double] = [:]
    for row in rows {
        let values = try row.members([symbol, volume], in: body)
        if !values[0].isAbsent, let name = values[0].string(in: body), let amount = values[1].amount(in: body) {
            volumes[name] = amount
        }
    }
    return volumes
}

/// An instant from a member of a time route.
///
/// - Throws: ``CatalogError/malformed(at:)`` when it is missing or no time.
func restInstant(_ value: JSONToken, power: Int, in body: Span<UInt8>) throws(CatalogError) -> Timestamp {
    do throws(FrameError) {
        let instant = try value.instant(power: power, in: body)
        guard instant != .never else { throw FrameError.malformed }
        return instant
    } catch {
        throw .malformed(at: value.start)
    }
}
