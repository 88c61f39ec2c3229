/// Which of several engines has a symbol: all of its instruments on all venues, so that no join crosses shards.
public enum SymbolShard {
    /// Most engines of one process: the channel names those who sleep in one word.
    public static let most = 64

    /// The FNV-1a hash of the symbol's bytes modulo `count`: the same in every process and on every machine.
    ///
    /// - Precondition: `count` is at least 1.
    public static func shard(of symbol: String, among count: Int) -> Int {
        Int(self.hash(symbol.utf8) % UInt64(count))
    }

    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
