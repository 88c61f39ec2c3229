import Testing

@testable import Core

@Suite("Storage of chunks")
struct ChunkStorageTests {
    @Test("sizes rise by an eighth at most, hold what was asked for, and each has its place")
    func sizes() {
        var sizes: [Int] = []
        for bytes in 1...ChunkSize.longest {
            let size = ChunkSize.holding(bytes)
            #expect(size >= bytes)
            if sizes.last != size { sizes.append(size) }
        }
        #expect((sizes.first, sizes.last, sizes.count) == (ChunkSize.shortest, ChunkSize.longest, ChunkSize.count))
        #expect(sizes.map { ChunkSize.place(of: $0) } == Array(0..<ChunkSize.count))
        for (size, next) in zip(sizes, sizes.dropFirst()) { #expect((next - size) * 8 <= size) }
    }

    @Test("gives out again what came back, of the same size only, and keeps no more of it than it may")
    func reuse() {
        var storage = ChunkStorage()
        storage.give(Array(repeating: 7, count: 256 - ChunkStorage.overhead))
        #expect(storage.take(128) == Array(repeating: 0, count: 128 - ChunkStorage.overhead))
        #expect(storage.take(256).first == 7)
        #expect(storage.take(256).first == 0)
        for _ in 0..<100 { storage.give(Array(repeating: 7, count: ChunkSize.longest - ChunkStorage.overhead)) }
        let taken = (0..<100).map { _ in storage.take(ChunkSize.longest).first }
        #expect(taken.count { $0 == 7 } == ChunkStorage.mostBytes / ChunkSize.longest)
    }
}
