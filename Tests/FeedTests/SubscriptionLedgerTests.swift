import Testing
import Venues

@testable import Feed

@Suite("Subscription ledger")
struct SubscriptionLedgerTests {
    private func ledger(_ groups: [String]...) -> SubscriptionLedger {
        var ledger = SubscriptionLedger()
        ledger.enqueue(
            groups.enumerated().map { SubscriptionRequest(number: UInt64($0 + 1), text: "", venueSymbols: $1) }
        )
        while ledger.sendNext() != nil {}
        return ledger
    }

    @Test("matches answers by number where the venue echoes it")
    func byNumber() {
        var ledger = self.ledger(["A"], ["B"])
        #expect(ledger.acknowledge(2)?.venueSymbols == ["B"])
        #expect(ledger.acknowledge(2) == nil)
        #expect(ledger.acknowledge(9) == nil)
        #expect(!ledger.isSettled)
        #expect(ledger.acknowledge(1)?.venueSymbols == ["A"])
        #expect(ledger.isSettled)
    }

    @Test("matches answers in order where the venue does not say")
    func inOrder() {
        var ledger = self.ledger(["A"], ["B"])
        #expect(ledger.acknowledge(nil)?.venueSymbols == ["A"])
        #expect(ledger.refuse(nil, words: "no") == .init(refused: ["B"]))
        #expect(ledger.acknowledge(nil) == nil)
        #expect(ledger.isSettled)
    }

    @Test("takes data as the answer to its request")
    func byData() {
        var ledger = self.ledger(["A", "B"], ["C"])
        #expect(ledger.dataCame(for: "B") == ["A", "B"])
        #expect(ledger.dataCame(for: "B") == [])
        #expect(ledger.dataCame(for: "X") == [])
        #expect(ledger.acknowledge(1) == nil)
        #expect(ledger.dataCame(for: "C") == ["C"])
    }

    @Test("takes a named topic out and asks for the rest again")
    func namedTopic() {
        var ledger = self.ledger(["A", "NOPE", "B"])
        #expect(ledger.refuse(1, words: "bad topic:NOPE") == .init(refused: ["NOPE"], retry: [["A", "B"]]))
    }

    @Test("halves a group when no topic is named, or all are", arguments: ["too bad", "A B C"])
    func halves(words: String) {
        var ledger = self.ledger(["A", "B", "C"])
        #expect(ledger.refuse(1, words: words) == .init(retry: [["A"], ["B", "C"]]))
    }

    @Test("finds every bad topic of any group, and asks a bounded number of times")
    func narrowing() {
        for number in 0..<200 as Range<UInt64> {
            var seed = Seed(number)
            let all = (0..<Int.random(in: 1...60, using: &seed)).map { "S\($0)" }
            let bad = Set(all.filter { _ in Int.random(in: 0..<10, using: &seed) == 0 })
            let names = Bool.random(using: &seed)
            var ledger = SubscriptionLedger()
            ledger.enqueue([SubscriptionRequest(number: 1, text: "", venueSymbols: all)])
            var (granted, refused, requests): (Set<String>, Set<String>, Int) = ([], [], 0)
            while let request = ledger.sendNext() {
                requests += 1
                guard let first = request.venueSymbols.first(where: bad.contains) else {
                    granted.formUnion(ledger.acknowledge(request.number)?.venueSymbols ?? [])
                    continue
                }
                let refusal = ledger.refuse(request.number, words: names ? "no \(first)" : "no")
                refused.formUnion(refusal.refused)
                for group in refusal.retry {
                    ledger.enqueue([
                        SubscriptionRequest(number: ledger.nextNumber, text: "", venueSymbols: group)
                    ])
                }
            }
            #expect(refused == bad && granted == Set(all).subtracting(bad), "\(seed)")
            #expect(requests < 2 * all.count + 1 && ledger.isSettled, "\(seed)")
        }
    }
}
