import Core
import Testing

@testable import Alerts

@Suite("Delivery queue")
struct DeliveryQueueTests {
    /// A queue of numbers under a clock of milliseconds.
    private struct Bench {
        var queue: DeliveryQueue<Int>
        var longest = Longest()
        var now: Timestamp = Timestamp(milliseconds: 0)

        init(_ change: (inout DeliveryLimits) -> Void = { _ in }) {
            var limits = DeliveryLimits()
            change(&limits)
            self.queue = DeliveryQueue(limits: limits)
        }

        mutating func put(_ elements: Int...) {
            for element in elements { self.queue.put(element, at: self.now) }
        }

        /// The element of the try to make now.
        mutating func next() -> Int? { self.queue.next(at: self.now)?.held.element }

        mutating func settle(_ verdict: DeliveryVerdict) -> DeliveryQueue<Int>.Settlement {
            self.queue.settle(self.queue.inFlight?.id ?? 0, verdict, at: self.now, using: &self.longest)
        }

        mutating func advance(_ distance: Duration) {
            self.now = self.now.advanced(byNanoseconds: distance.wholeNanoseconds)
        }

        /// How many milliseconds pass before the next try.
        mutating func pause() -> Int64 {
            let start = self.now
            while self.queue.next(at: self.now) == nil { self.advance(.milliseconds(500)) }
            return self.now.nanoseconds(since: start) / 1_000_000
        }

        func dropped(_ reason: DropReason) -> UInt64 { self.queue.ledger[reason] }
    }

    @Test("delivers in order, one at a time")
    func order() {
        var bench = Bench()
        bench.put(1, 2)
        #expect(bench.next() == 1 && bench.next() == nil && bench.queue.count == 2)
        bench.advance(.seconds(3))
        #expect(bench.settle(.acknowledged) == .acknowledged(age: 3_000_000_000))
        #expect(bench.next() == 2)
        #expect(bench.settle(.acknowledged) == .acknowledged(age: 3_000_000_000))
        #expect(bench.next() == nil && bench.queue.count == 0 && bench.queue.flow.out == 2)
    }

    @Test("tries again with pauses that double to the cap, and begins anew after an answer")
    func backoff() {
        var bench = Bench { $0.expireAfter = .seconds(3600) }
        bench.put(1, 2)
        _ = bench.next()
        var pauses: [Int64] = []
        for _ in 0..<8 {
            #expect(bench.settle(.failed(retryAfter: nil)) == .again)
            pauses.append(bench.pause())
        }
        #expect(pauses == [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
        _ = bench.settle(.acknowledged)
        #expect(bench.next() == 2 && bench.settle(.failed(retryAfter: nil)) == .again && bench.pause() == 1000)
    }

    @Test("pauses are anything up to their limit", arguments: Seed.some(5))
    func jitter(seed: Seed) {
        var generator = seed
        var pauses: Set<Int64> = []
        for _ in 0..<50 {
            var bench = Bench()
            bench.put(1)
            _ = bench.next()
            let attempt = bench.queue.inFlight?.id ?? 0
            _ = bench.queue.settle(attempt, .failed(retryAfter: nil), at: bench.now, using: &generator)
            pauses.insert(bench.pause())
        }
        #expect(pauses.isSubset(of: [0, 500, 1000]) && pauses.count > 1)
    }

    @Test(
        "waits as long as the receiver asks for, up to the cap",
        arguments: [(1, 1000), (30, 30_000), (9999, 300_000)] as [(Int, Int64)]
    )
    func retryAfter(asked: Int, waited: Int64) {
        var bench = Bench()
        bench.put(1)
        _ = bench.next()
        #expect(bench.settle(.failed(retryAfter: .seconds(asked))) == .again && bench.pause() == waited)
    }

    @Test("drops what the receiver does not want, and goes on at once")
    func refused() {
        var bench = Bench()
        bench.put(1, 2)
        _ = bench.next()
        #expect(bench.settle(.refused) == .dropped(.refused) && bench.dropped(.refused) == 1)
        #expect(bench.next() == 2)
    }

    @Test("drops what is too old, waiting or on its way")
    func expired() {
        var bench = Bench()
        bench.put(1)
        _ = bench.next()
        bench.put(2)
        bench.advance(.seconds(599))
        bench.put(3)
        #expect(bench.settle(.failed(retryAfter: nil)) == .again)
        bench.advance(.seconds(1))
        #expect(bench.next() == 3 && bench.dropped(.expired) == 2)
        bench.advance(.seconds(600))
        #expect(bench.settle(.failed(retryAfter: nil)) == .dropped(.expired) && bench.dropped(.expired) == 3)
        #expect(bench.queue.count == 0)
    }

    @Test("an acknowledgement counts, however old")
    func oldAcknowledgement() {
        var bench = Bench()
        bench.put(1)
        _ = bench.next()
        bench.advance(.seconds(700))
        #expect(bench.next() == nil && bench.settle(.acknowledged) == .acknowledged(age: 700_000_000_000))
    }

    @Test("a full queue displaces the oldest that waits, never what is on its way")
    func overflow() {
        var bench = Bench { $0.capacity = 3 }
        bench.put(1)
        _ = bench.next()
        bench.put(2, 3, 4, 5)
        #expect(bench.queue.count == 3 && bench.dropped(.overflow) == 2)
        #expect(bench.settle(.acknowledged) == .acknowledged(age: 0))
        #expect(bench.next() == 4)
    }

    @Test("a queue for one is a mistake in our source")
    func tooSmall() async {
        await #expect(processExitsWith: .failure) {
            var limits = DeliveryLimits()
            limits.capacity = 1
            _ = DeliveryQueue<Int>(limits: limits)
        }
    }

    @Test("an outcome that comes after the try was given up changes nothing")
    func late() {
        var bench = Bench()
        bench.put(1)
        let first = bench.queue.next(at: bench.now)?.id ?? 0
        bench.advance(.seconds(19))
        #expect(bench.queue.overdue(at: bench.now) == nil)
        bench.advance(.seconds(1))
        #expect(bench.queue.overdue(at: bench.now) == first)
        #expect(bench.settle(.failed(retryAfter: nil)) == .again && bench.pause() == 1000)
        #expect(bench.queue.settle(first, .acknowledged, at: bench.now, using: &bench.longest) == .late)
        #expect(bench.queue.count == 1 && bench.queue.overdue(at: bench.now) == nil)
        #expect(bench.settle(.acknowledged) == .acknowledged(age: 21_000_000_000))
    }

    @Test("a drain gives each one last try without a pause, and takes nothing more")
    func drain() {
        var bench = Bench()
        bench.put(1, 2, 3)
        _ = bench.next()
        #expect(bench.settle(.failed(retryAfter: .seconds(100))) == .again && bench.next() == nil)
        bench.queue.drain()
        bench.put(4)
        #expect(bench.dropped(.shutdown) == 1)
        #expect(bench.next() == 1 && bench.settle(.failed(retryAfter: nil)) == .dropped(.shutdown))
        #expect(bench.next() == 2 && bench.settle(.acknowledged) == .acknowledged(age: 0))
        #expect(bench.next() == 3)
        bench.queue.close()
        bench.queue.drain()  // Too late for that: it stays closed.
        #expect(bench.queue.count == 0 && bench.dropped(.shutdown) == 3 && bench.queue.flow.residual == 0)
        bench.put(5)
        #expect(bench.next() == nil && bench.dropped(.shutdown) == 4)
    }
}

@Suite("Delivery ledger")
struct DeliveryLedgerTests {
    private static func busyQueue() -> DeliveryQueue<Int> {
        var limits = DeliveryLimits()
        limits.capacity = 2
        var (queue, longest) = (DeliveryQueue<Int>(limits: limits), Longest())
        let now = Timestamp(milliseconds: 0)
        for element in 0..<4 { queue.put(element, at: now) }
        if let attempt = queue.next(at: now) { _ = queue.settle(attempt.id, .acknowledged, at: now, using: &longest) }
        return queue
    }

    @Test("what is queued is acknowledged, dropped or held")
    func balance() {
        let flow = Self.busyQueue().flow
        #expect(flow.into == 4 && flow.out == 1 && flow.held == 1 && flow.residual == 0)
        #expect(flow.dropped.map(\.reason) == ["overflow", "expired", "refused", "shutdown"])
        #expect(flow.dropped.map(\.count) == [2, 0, 0, 0])
    }

    @Test(
        "a corrupted term shows",
        arguments: [
            { $0.ledger.queued += 1 }, { $0.ledger.acknowledged -= 1 }, { $0.ledger.drop(.expired) },
            // An element that is lost, and one that is doubled, behind the ledger's back.
            { queue in
                let ledger = queue.ledger
                queue.close()
                queue.ledger = ledger
            },
            { queue in
                let ledger = queue.ledger
                queue.put(9, at: Timestamp(milliseconds: 0))
                queue.ledger = ledger
            },
        ] as [@Sendable (inout DeliveryQueue<Int>) -> Void]
    )
    func corrupted(corrupt: @Sendable (inout DeliveryQueue<Int>) -> Void) {
        var queue = Self.busyQueue()
        corrupt(&queue)
        #expect(queue.flow.residual == 1)
    }

    @Test("one receiver's loss does not cancel another's double")
    func sum() {
        var (lost, doubled) = (Self.busyQueue(), Self.busyQueue())
        lost.ledger.queued += 3
        doubled.ledger.acknowledged += 3
        var flow = WebhookFlow()
        for queue in [lost, doubled, Self.busyQueue()] { flow.add(queue.flow) }
        #expect(flow.into == 15 && flow.out == 6 && flow.held == 3 && flow.dropped[0].count == 6)
        #expect(flow.difference == 0 && flow.residual == 3)
    }

    /// What a queue must do, said as plainly as possible.
    private struct Model {
        var waiting: [(element: Int, queuedAt: Int)] = []
        var inFlight: (element: Int, queuedAt: Int)?
        var out: [Int] = []
        var dropped: [String: UInt64] = ["overflow": 0, "expired": 0, "refused": 0, "shutdown": 0]
        var isDraining = false

        mutating func put(_ element: Int, at now: Int, capacity: Int) {
            guard !self.isDraining else { return self.drop("shutdown") }
            if self.waiting.count + (self.inFlight == nil ? 0 : 1) == capacity {
                self.waiting.removeFirst()
                self.drop("overflow")
            }
            self.waiting.append((element, now))
        }

        mutating func expire(at now: Int) {
            let count = self.waiting.count
            self.waiting.removeAll { now - $0.queuedAt >= 600 }
            self.drop("expired", UInt64(count - self.waiting.count))
        }

        mutating func settle(_ verdict: DeliveryVerdict, at now: Int) {
            guard let settled = self.inFlight else { return }
            self.inFlight = nil
            switch verdict {
            case .acknowledged: self.out.append(settled.element)
            case .refused: self.drop("refused")
            case .failed where self.isDraining: self.drop("shutdown")
            case .failed where now - settled.queuedAt >= 600: self.drop("expired")
            case .failed: self.waiting.insert(settled, at: 0)
            }
        }

        mutating func drop(_ reason: String, _ count: UInt64 = 1) { self.dropped[reason, default: 0] += count }
    }

    @Test("does what a plain model does, step by step, and never loses or doubles anything", arguments: Seed.some(30))
    func model(seed: Seed) {
        var generator = seed
        var limits = DeliveryLimits()
        limits.capacity = Int.random(in: 2...6, using: &generator)
        var (queue, model) = (DeliveryQueue<Int>(limits: limits), Model())
        var (second, put) = (0, 0)
        for _ in 0..<600 {
            let now = Timestamp(milliseconds: Int64(second) * 1000)
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<35:
                queue.put(put, at: now)
                model.put(put, at: second, capacity: limits.capacity)
                put += 1
            case 35..<65:
                let attempt = queue.next(at: now)
                model.expire(at: second)
                // When a try is due is the backoff's matter; that it is the oldest, and the only one, is the model's.
                if let attempt {
                    #expect(model.inFlight == nil && model.waiting.first?.element == attempt.held.element)
                    model.inFlight = model.waiting.removeFirst()
                }
            case 65..<90:
                let verdicts: [DeliveryVerdict] = [
                    .acknowledged, .acknowledged, .refused, .failed(retryAfter: nil), .failed(retryAfter: .seconds(9)),
                ]
                let verdict = verdicts[Int.random(in: 0..<verdicts.count, using: &generator)]
                _ = queue.settle(queue.inFlight?.id ?? 0, verdict, at: now, using: &generator)
                model.settle(verdict, at: second)
            case 90..<99: second += [1, 5, 60, 400][Int.random(in: 0..<4, using: &generator)]
            default:
                guard Int.random(in: 0..<5, using: &generator) == 0 else { continue }
                queue.drain()
                model.isDraining = true
            }
            let flow = queue.flow
            #expect(flow.residual == 0 && flow.into == UInt64(put) && flow.out == UInt64(model.out.count))
            #expect(queue.waiting.map(\.element) == model.waiting.map(\.element))
            #expect(queue.inFlight?.held.element == model.inFlight?.element)
            #expect(Dictionary(uniqueKeysWithValues: flow.dropped.map { ($0.reason, $0.count) }) == model.dropped)
        }
        queue.close()
        #expect(queue.flow.held == 0 && queue.flow.residual == 0)
    }
}
