/// A venue's dense number, given at wiring time: the index of every per-venue array.
public struct VenueIndex: Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public init(_ position: Int) { self.rawValue = UInt8(position) }
    @inlinable public var position: Int { Int(self.rawValue) }
}

/// A canonical symbol's dense number (`BTCUSDT` on all venues), given at discovery.
public struct SymbolIndex: Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable public init(_ position: Int) { self.rawValue = UInt32(position) }
    @inlinable public var position: Int { Int(self.rawValue) }
}

/// An instrument's dense number (venue + symbol), given at discovery: the key of all market state.
public struct InstrumentIndex: Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable public init(_ position: Int) { self.rawValue = UInt32(position) }
    @inlinable public var position: Int { Int(self.rawValue) }
}

/// An ordered pair's dense number (sell at A, buy at B), given at discovery.
public struct PairIndex: Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable public init(_ position: Int) { self.rawValue = UInt32(position) }
    @inlinable public var position: Int { Int(self.rawValue) }
}
