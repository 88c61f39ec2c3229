/// Finds an instrument by the bytes of its venue symbol, without building a string.
///
/// Open addressing over one flat array: a lookup hashes the bytes, compares them once in the
/// usual case, and allocates nothing. One table a venue.
public struct SymbolTable: Sendable {
    @usableFromInline struct Slot: Sendable {
        /// Offset and length of the symbol in `bytes`; length 0 marks a free slot.
        @usableFromInline var start: UInt32 = 0
        @usableFromInline var count: UInt32 = 0
        @usableFromInline var instrument: UInt32 = 0
    }

    @usableFromInline var slots: [Slot]
    @usableFromInline var bytes: [UInt8] = []
    public private(set) var count = 0

    /// - Precondition: Symbols are distinct and not empty.
    public init(_ symbols: [(venueSymbol: String, instrument: InstrumentIndex)]) {
        var capacity = 16
        while capacity < symbols.count * 2 { capacity *= 2 }
        self.slots = Array(repeating: Slot(), count: capacity)
        for (symbol, instrument) in symbols { self.insert(Array(symbol.utf8), instrument) }
    }

    /// Adds one more symbol.
    ///
    /// - Precondition: It is not empty and not there yet.
    public mutating func add(_ venueSymbol: String, _ instrument: InstrumentIndex) {
        if (self.count + 1) * 2 > self.slots.count { self.grow() }
        self.insert(Array(venueSymbol.utf8), instrument)
    }

    private mutating func grow() {
        let old = self.slots
        self.slots = Array(repeating: Slot(), count: old.count * 2)
        for slot in old where slot.count != 0 {
            let start = Int(slot.start)
            self.place(slot, Array(self.bytes[start..<start + Int(slot.count)]))
        }
    }

    private mutating func insert(_ symbol: [UInt8], _ instrument: InstrumentIndex) {
        precondition(!symbol.isEmpty, "a venue symbol is not empty")
        precondition(self.instrument(for: symbol.span) == nil, "a venue symbol stands for one instrument")
        let (start, count) = (UInt32(self.bytes.count), UInt32(symbol.count))
        self.place(Slot(start: start, count: count, instrument: instrument.rawValue), symbol)
        self.bytes += symbol
        self.count += 1
    }

    private mutating func place(_ slot: Slot, _ symbol: [UInt8]) {
        var index = Self.hash(symbol.span) & (self.slots.count - 1)
        while self.slots[index].count != 0 { index = (index + 1) & (self.slots.count - 1) }
        self.slots[index] = slot
    }

    /// All instruments of the table, in no order.
    public var instruments: [InstrumentIndex] {
        self.slots.lazy.filter { $0.count != 0 }.map { InstrumentIndex(Int($0.instrument)) }
    }

    /// The instrument with exactly these bytes as its venue symbol.
    @inlinable
    public func instrument(for symbol: Span<UInt8>) -> InstrumentIndex? {
        let mask = self.slots.count - 1
        var index = Self.hash(symbol) & mask
        while self.slots[index].count != 0 {
            let slot = self.slots[index]
            if self.matches(slot, symbol) { return InstrumentIndex(Int(slot.instrument)) }
            index = (index + 1) & mask
        }
        return nil
    }

    @inlinable
    func matches(_ slot: Slot, _ symbol: Span<UInt8>) -> Bool {
        guard Int(slot.count) == symbol.count else { return false }
        let start = Int(slot.start)
        for offset in symbol.indices where self.bytes[start + offset] != symbol[offset] { return false }
        return true
    }

    /// FNV-1a: short keys, chosen by venues whose symbol list we already trust to bound its size.
    @inlinable
    static func hash(_ symbol: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in symbol.indices { hash = (hash ^ UInt64(symbol[index])) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: (hash ^ (hash >> 32)) & 0x7FFF_FFFF)
    }
}
