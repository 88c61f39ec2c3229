/// How old a chunk is, for whoever has the windows of several engines and one budget for them.
public struct ChunkAge: Sendable, Comparable {
    /// Engine time of its first element.
    let time: Int64
    fileprivate let position: Int
    fileprivate let isTrade: Bool

    /// No two chunks are of one age: those that began at one time are in the order of their windows.
    public static func < (left: ChunkAge, right: ChunkAge) -> Bool {
        (left.time, left.position, left.isTrade ? 1 : 0) < (right.time, right.position, right.isTrade ? 1 : 0)
    }
}

extension WindowStore {
    /// The oldest chunk of all windows; `nil`: there is none. Looks at every window.
    func oldestChunk(instruments: Int) -> ChunkAge? {
        var oldest: ChunkAge?
        for position in 0..<instruments {
            let instrument = InstrumentIndex(position)
            let quotes = self.window(of: instrument).oldestTime.map {
                ChunkAge(time: $0, position: position, isTrade: false)
            }
            let trades = self.tradeWindow(of: instrument).oldestTime.map {
                ChunkAge(time: $0, position: position, isTrade: true)
            }
            for age in [quotes, trades] { oldest = age.map { min($0, oldest ?? $0) } ?? oldest }
        }
        return oldest
    }
}

extension SpreadEngine {
    /// What the windows' chunks cost.
    public var windowBytes: Int { self.windows.bytes }

    /// The oldest chunk of all windows; `nil`: they are empty.
    public var oldestChunk: ChunkAge? { self.windows.oldestChunk(instruments: self.legs.count) }

    /// Takes out the oldest chunk of all windows, as their budget would; the ledger hears of it with the next batch.
    public mutating func evictOldestChunk() {
        guard let chunk = self.oldestChunk else { return }
        self.windows.evictFirst(of: chunk.position, isTrade: chunk.isTrade)
    }
}
