import Synchronization
import Testing

@testable import Core

@Suite("Cells")
struct CellTests {
    @Test("a reader beside the writer never sees half a reading of a pair", .timeLimit(.minutes(5)))
    func pairCell() {
        let readings = (0...100_000 as ClosedRange<Int64>).map(Self.reading)
        let cell = PairCell()
        cell.line.store(readings[0])
        let findings = Self.race(
            write: { cell.line.store(readings[$0]) },
            read: {
                let reading = cell.read()
                return reading == readings[Int(reading.spread)] ? nil : "torn: \(reading)"
            }
        )
        #expect(findings.isEmpty)
        #expect(cell.read() == readings.last)
    }

    @Test("a reader beside the writer never sees the bid of one quote with the ask of another", .timeLimit(.minutes(5)))
    func instrumentCell() {
        let cell = InstrumentCell()
        let findings = Self.race(
            write: { cell.store($0 % 5 == 0 ? nil : (Double($0), Double($0 + 1))) },
            read: {
                guard let top = cell.read() else { return nil }
                return top.ask == top.bid + 1 && Int(top.bid) % 5 != 0 ? nil : "torn: \(top)"
            }
        )
        #expect(findings.isEmpty)
        #expect(cell.read() == nil)
    }

    @Test("gives back each reading as it was stored, with or without a band")
    func roundTrip() {
        let cell = PairCell()
        #expect(cell.read() == PairReading())
        for number in 0..<10 as Range<Int64> {
            cell.line.store(Self.reading(number))
            #expect(cell.read() == Self.reading(number))
        }
    }

    @Test("keeps the last figures while a pair has none, and takes a band by itself")
    func parts() {
        let cell = PairCell()
        var expected = Self.reading(5)
        cell.line.store(expected)
        (expected.status, expected.quarantine) = (.quarantined, .multiple)
        expected.band = Band(upper: 2, lower: 1)
        cell.line.store(.quarantined, .multiple, nil, band: expected.band)
        #expect(cell.read() == expected)
        expected.band = nil
        cell.line.store(nil)
        #expect(cell.read() == expected)
    }

    /// Writes 1 to 100,000 while three threads read, and says what the readers found wrong.
    private static func race(
        write: @escaping @Sendable (Int) -> Void,
        read: @escaping @Sendable () -> String?
    ) -> [String] {
        let (readers, findings) = (3, Findings())
        let ready = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
        let reader: @Sendable () -> Void = {
            ready.add(1, ordering: .releasing)
            while !isOver.load(ordering: .acquiring) {
                if let finding = read() { findings.note(finding) }
            }
        }
        let writer: @Sendable () -> Void = {
            while ready.load(ordering: .acquiring) < readers { Threads.yield() }
            for number in 1...100_000 {
                write(number)
                // Pauses of several lengths, so that readers get through, and not always at the same place.
                for _ in 0..<(number % 4) { _ = read() }
            }
            isOver.store(true, ordering: .releasing)
        }
        Threads.run([writer] + Array(repeating: reader, count: readers))
        return findings.first
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

extension PairLine {
    fileprivate func store(_ reading: PairReading) {
        let figures = SpreadFigures(
            spread: reading.spread,
            netSpread: reading.netSpread,
            notional: reading.notional,
            olderLegChangedAt: reading.olderLegChangedAt
        )
        self.store(reading.status, reading.quarantine, figures, band: reading.band)
    }
}
