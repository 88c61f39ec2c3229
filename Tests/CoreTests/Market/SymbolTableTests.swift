import Core
import TestSupport
import Testing

@Suite("Symbol table")
struct SymbolTableTests {
    @Test("finds every symbol and no other", arguments: Seeds.fresh(8))
    func findsAll(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var known: [String: InstrumentIndex] = [:]
        for index in 0..<random.int(0...600) { known[Self.name(&random)] = InstrumentIndex(index * 7) }
        let table = SymbolTable(known.map { ($0.key, $0.value) })
        #expect(table.count == known.count)
        for (name, instrument) in known { #expect(Self.look(name, in: table) == instrument, "\(name)") }
        for _ in 0..<1_000 {
            let name = Self.name(&random)
            #expect(Self.look(name, in: table) == known[name], "\(name)")
        }
    }

    @Test("does not take a beginning, an end or another case of a symbol for the symbol")
    func nearMisses() {
        let table = SymbolTable([
            ("BTCUSDT", InstrumentIndex(3)), ("BTC", InstrumentIndex(4)), ("币安", InstrumentIndex(5)),
        ])
        #expect(Self.look("BTCUSDT", in: table) == InstrumentIndex(3))
        #expect(Self.look("BTC", in: table) == InstrumentIndex(4))
        #expect(Self.look("币安", in: table) == InstrumentIndex(5))
        for name in ["", "B", "BT", "BTCU", "BTCUSD", "BTCUSDTX", "TCUSDT", "btcusdt", "币"] {
            #expect(Self.look(name, in: table) == nil, "\(name)")
        }
    }

    @Test("grows symbol by symbol to what it would have been at once")
    func growth() {
        var table = SymbolTable([])
        for index in 0..<500 {
            table.add("SYMBOL\(index)", InstrumentIndex(index))
            #expect(Self.look("SYMBOL\(index / 2)", in: table) == InstrumentIndex(index / 2))
        }
        #expect(table.count == 500)
        for index in 0..<500 { #expect(Self.look("SYMBOL\(index)", in: table) == InstrumentIndex(index)) }
        #expect(Self.look("SYMBOL500", in: table) == nil)
    }

    @Test("knows nothing when it is empty")
    func empty() {
        let table = SymbolTable([])
        #expect(table.count == 0)
        #expect(Self.look("BTCUSDT", in: table) == nil)
        #expect(Self.look("", in: table) == nil)
    }

    private static func look(_ name: String, in table: SymbolTable) -> InstrumentIndex? {
        let bytes = Array(name.utf8)
        return table.instrument(for: bytes.span)
    }

    /// Few letters and short names, so that many share a beginning.
    private static func name(_ random: inout SplitMix64) -> String {
        let letters = Array("ABC1_-")
        return String((0..<random.int(1...6)).map { _ in letters[random.int(0...5)] })
    }
}
