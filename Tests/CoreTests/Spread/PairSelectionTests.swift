import TestSupport
import Testing

@testable import Core

@Suite("The selection of pairs")
struct PairSelectionTests {
    private func at(_ seconds: Int) -> Timestamp { Timestamp(nanoseconds: Int64(seconds) * 1_000_000_000) }
    private func pairs(_ numbers: Int...) -> [PairIndex] { numbers.map(PairIndex.init) }
    private func numbers(_ pairs: Set<PairIndex>) -> [Int] { pairs.map(\.position).sorted() }

    @Test("takes the best at once, and lets one go only after five minutes below rank 1.2 N")
    func hysteresis() {
        var selection = PairSelection()
        selection.update(self.pairs(1, 2, 3, 4, 5, 6, 7), top: 5, room: 8, at: self.at(0))
        #expect(self.numbers(selection.chosen) == [1, 2, 3, 4, 5])
        // 5 falls to rank 6, which is still rank 1.2 N: it stays for good.
        selection.update(self.pairs(1, 2, 3, 4, 6, 5, 7), top: 5, room: 8, at: self.at(1))
        selection.update(self.pairs(1, 2, 3, 4, 6, 5, 7), top: 5, room: 8, at: self.at(1_000))
        #expect(self.numbers(selection.chosen) == [1, 2, 3, 4, 5, 6])
        // Rank 7 is below.
        selection.update(self.pairs(1, 2, 3, 4, 6, 7, 5), top: 5, room: 8, at: self.at(2_000))
        selection.update(self.pairs(1, 2, 3, 4, 6, 7, 5), top: 5, room: 8, at: self.at(2_299))
        #expect(selection.contains(PairIndex(5)))
        selection.update(self.pairs(1, 2, 3, 4, 6, 7, 5), top: 5, room: 8, at: self.at(2_300))
        #expect(self.numbers(selection.chosen) == [1, 2, 3, 4, 6])
    }

    @Test("begins to count anew when a pair has been back, and counts one without a spread as below")
    func interrupted() {
        var selection = PairSelection()
        selection.update(self.pairs(1), top: 1, room: 2, at: self.at(0))
        selection.update([], top: 1, room: 2, at: self.at(10))
        selection.update(self.pairs(1), top: 1, room: 2, at: self.at(309))
        selection.update([], top: 1, room: 2, at: self.at(310))
        selection.update([], top: 1, room: 2, at: self.at(609))
        #expect(self.numbers(selection.chosen) == [1])
        selection.update([], top: 1, room: 2, at: self.at(610))
        #expect(selection.chosen.isEmpty)
    }

    @Test("never takes more than there is room for, and names who waits")
    func full() {
        var selection = PairSelection()
        selection.update(self.pairs(1, 2), top: 2, room: 3, at: self.at(0))
        selection.update(self.pairs(3, 4), top: 2, room: 3, at: self.at(1))
        #expect(self.numbers(selection.chosen) == [1, 2, 3])
        #expect(self.numbers(selection.waiting) == [4])
        selection.update(self.pairs(3, 4), top: 2, room: 3, at: self.at(301))
        #expect(self.numbers(selection.chosen) == [3, 4])
        #expect(selection.waiting.isEmpty)
    }

    @Test("keeps those that never leave, ranked or not, and gives them room first")
    func always() {
        var selection = PairSelection()
        let always = self.pairs(9, 8)
        selection.update(self.pairs(1, 9, 2), always: always, top: 2, room: 3, at: self.at(0))
        #expect(self.numbers(selection.chosen) == [1, 8, 9])
        #expect(self.numbers(selection.waiting) == [2])
        selection.update(self.pairs(2), always: always, top: 2, room: 3, at: self.at(900))
        selection.update(self.pairs(2), always: always, top: 2, room: 3, at: self.at(1_800))
        #expect(self.numbers(selection.chosen) == [2, 8, 9])
        selection.update(self.pairs(2), always: always, top: 2, room: 1, at: self.at(1_801))
        #expect(self.numbers(selection.chosen) == [9])
        #expect(self.numbers(selection.waiting) == [2, 8])
    }

    @Test("gives up the last of the ranking when the room shrinks")
    func shrinks() {
        var selection = PairSelection()
        selection.update(self.pairs(1, 2, 3, 4), top: 4, room: 6, at: self.at(0))
        selection.update(self.pairs(4, 3, 1), top: 2, room: 2, at: self.at(1))
        #expect(self.numbers(selection.chosen) == [3, 4])
        #expect(self.numbers(selection.waiting) == [1])
    }

    @Test("whatever the room, the top that it allows fits into it", arguments: 0...50)
    func rooms(room: Int) {
        let top = PairSelection.top(within: room)
        #expect(PairSelection.room(for: top) <= room)
        #expect(PairSelection.room(for: top + 1) > room)
    }

    @Test("holds to its rules whatever the rankings", arguments: Seeds.fresh(20))
    func random(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let count = generator.int(1...30)
        let top = generator.int(0...10)
        let room = generator.int(0...20)
        let always = (0..<generator.int(0...2)).map { PairIndex(100 + $0) }
        var selection = PairSelection()
        var seconds = 0
        var rankedAt: [PairIndex: Int] = [:]
        for _ in 0..<300 {
            seconds += generator.int(1...200)
            let ranking = (0..<count).map(PairIndex.init).shuffled(using: &generator).dropLast(generator.int(0...count))
            let before = selection.chosen
            selection.update(Array(ranking), always: always, top: top, room: room, at: self.at(seconds))
            for pair in ranking.prefix(top + top / 5) { rankedAt[pair] = seconds }
            #expect(selection.chosen.count <= room)
            #expect(selection.chosen.isDisjoint(with: selection.waiting))
            for pair in always + ranking.prefix(top) {
                #expect(selection.contains(pair) || selection.chosen.count == room && selection.waiting.contains(pair))
            }
            // Its last good rank is older than the patience: it was seen too low when it was five minutes ago at least.
            for pair in before.subtracting(selection.chosen) { #expect(seconds - (rankedAt[pair] ?? 0) > 300) }
            for pair in selection.chosen.subtracting(before) {
                #expect(always.contains(pair) || ranking.prefix(top).contains(pair))
            }
        }
    }
}
