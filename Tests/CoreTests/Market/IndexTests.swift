import Core
import Testing

@Suite("Dense numbers")
struct IndexTests {
    @Test("give back the position that they were made of", arguments: [0, 1, 4_000_000_000])
    func positions(position: Int) {
        #expect(InstrumentIndex(position).position == position)
        #expect(PairIndex(position).position == position)
    }
}
