import TestSupport
import Testing

@testable import Core

@Suite("Shards of symbols")
struct SymbolShardTests {
    @Test(
        "hashes as FNV-1a of 64 bits does",
        arguments: [
            ("", 0xCBF2_9CE4_8422_2325 as UInt64), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
        ]
    )
    func hash(text: String, expected: UInt64) { #expect(SymbolShard.hash(text.utf8) == expected) }

    @Test("every symbol has one shard, and all its instruments and pairs are in it", arguments: Seeds.fresh(3), 1...5)
    func oneShard(seed: UInt64, shards: Int) {
        var random = SplitMix64(seed: seed)
        var universe = Universe(
            venues: (0..<4).map { VenueEntry(name: "\($0)", isPerpetual: $0 == 1, fee: 0, repeatStaleAfter: nil) },
            shards: shards
        )
        for _ in 0..<400 {
            let symbol = "S\(random.int(0...99))USDT"
            let added = universe.add(venue: VenueIndex(random.int(0...3)), symbol: symbol, venueSymbol: "x")
            if let added, random.oneIn(10) { universe.remove(added) }
        }
        for entry in universe.instruments {
            let symbol = universe.symbols[entry.symbol.position]
            #expect(Int(entry.shard) == SymbolShard.shard(of: symbol, among: shards))
        }
        for (index, pair) in universe.pairs.enumerated() {
            let legs = [pair.sell, pair.buy].map { Int(universe.instruments[$0.position].shard) }
            #expect(legs == [universe.shard(of: PairIndex(index)), universe.shard(of: PairIndex(index))])
        }
        // A hundred symbols leave no shard of five without one.
        #expect(Set(universe.instruments.map(\.shard)) == Set(0..<UInt8(shards)))
    }
}
