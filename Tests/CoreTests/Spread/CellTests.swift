import Synchronization
import Testing

@testable import Core

@Suite("Cells")
struct CellTests {
    @Test("a reader beside the writer never sees half a reading of a pair", .timeLimit(.minutes(5)))
    func pairCell() {
        let cell = PairCell()
        let isOver = Atomic<Bool>(false)
        cell.store(Self.reading(0))
        let reader: @Sendable () -> Void = {
            var newest = 0.0
            while !isOver.load(ordering: .acquiring) {
                for _ in 0..<200 {
                    let reading = cell.read()
                    if reading != Self.reading(Int64(reading.spread)) { Issue.record("torn: \(reading)") }
                    if reading.spread < newest { Issue.record("went back from \(newest): \(reading)") }
                    newest = reading.spread
                }
            }
        }
        let writer: @Sendable () -> Void = {
            for number in 1...100_000 { cell.store(Self.reading(Int64(number))) }
            isOver.store(true, ordering: .releasing)
        }
        Threads.run([writer, reader, reader])
        #expect(cell.read() == Self.reading(100_000))
    }

    @Test("a reader beside the writer never sees the bid of one quote with the ask of another", .timeLimit(.minutes(5)))
    func instrumentCell() {
        let cell = InstrumentCell()
        let isOver = Atomic<Bool>(false)
        let reader: @Sendable () -> Void = {
            while !isOver.load(ordering: .acquiring) {
                for _ in 0..<200 {
                    guard let top = cell.read() else { continue }
                    if top.ask != top.bid + 1 { Issue.record("torn: \(top)") }
                    if Int(top.bid) % 5 == 0 { Issue.record("should be absent: \(top)") }
                }
            }
        }
        let writer: @Sendable () -> Void = {
            for number in 1...100_000 { cell.store(number % 5 == 0 ? nil : (Double(number), Double(number + 1))) }
            isOver.store(true, ordering: .releasing)
        }
        Threads.run([writer, reader, reader])
        #expect(cell.read() == nil)
    }

    @Test("gives back each reading as it was stored, with or without a band")
    func roundTrip() {
        let cell = PairCell()
        #expect(cell.read() == PairReading())
        for number in 0..<10 as Range<Int64> {
            cell.store(Self.reading(number))
            #expect(cell.read() == Self.reading(number))
        }
    }

    /// All fields as functions of one number.
    private static func reading(_ number: Int64) -> PairReading {
        var reading = PairReading()
        reading.status = PairStatus.allCases[Int(number % 3)]
        reading.spread = Double(number)
        reading.netSpread = Double(number) - 0.25
        reading.notional = Double(number) * 3
        reading.band = number % 4 == 0 ? nil : Band(upper: Double(number) + 1, lower: Double(number) - 1)
        reading.olderLegChangedAt = Timestamp(nanoseconds: -number)
        return reading
    }
}
