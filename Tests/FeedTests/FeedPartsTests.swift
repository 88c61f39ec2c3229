import Core
import Testing
import Venues

@testable import Feed

@Suite("Parts of a venue's feed")
struct FeedPartsTests {
    private static let judge = RotationJudge(timeout: .seconds(30), overlap: .seconds(5))

    @Test("waits for the next connection to be live, and for its limit")
    func notLive() {
        func judge(_ age: Duration) -> RotationJudge.Verdict {
            Self.judge.judge(
                age: age,
                liveFor: nil,
                missing: 0,
                nextSpoke: false,
                presentSpoke: true,
                presentHeard: true
            )
        }
        #expect(judge(.seconds(29)) == .wait && judge(.seconds(30)) == .giveUp)
    }

    @Test("follows when all that speak were heard, else after the overlap, and never to one that is dumb")
    func overlap() {
        func judge(
            _ live: Double,
            _ missing: Int,
            _ next: Bool,
            _ present: Bool,
            heard: Bool = true
        ) -> RotationJudge.Verdict {
            let liveFor = Duration.milliseconds(Int64(live * 1000))
            return Self.judge.judge(
                age: liveFor + .seconds(1),
                liveFor: liveFor,
                missing: missing,
                nextSpoke: next,
                presentSpoke: present,
                presentHeard: heard
            )
        }
        #expect(judge(0.1, 0, true, true) == .follow && judge(0.1, 1, true, true) == .wait)
        #expect(judge(5, 1, true, true) == .follow)
        #expect(judge(4.9, 0, false, false) == .wait && judge(5, 0, false, false) == .follow)
        #expect(judge(5, 2, false, true) == .giveUp)
        // One that is not heard may be dead since before the next was there.
        #expect(judge(0.1, 0, true, false, heard: false) == .wait)
        #expect(judge(5, 0, true, false, heard: false) == .follow)
    }

    @Test("never admits more attempts or open connections than a share of the limits")
    func budget() {
        let budget = ConnectBudget(ConnectionLimits(attemptsPerFiveMinutes: 24, open: 9), sharers: 2)
        for _ in 0..<4 { #expect(budget.admit(at: at(0)) == nil) }
        #expect(budget.admit(at: at(0)) == at(1) && budget.open == 4)
        for _ in 0..<4 { budget.release() }
        for _ in 0..<6 where budget.admit(at: at(1)) == nil { budget.release() }
        #expect(budget.admit(at: at(1)) == at(300) && budget.admit(at: at(300)) == nil)
        budget.pause(until: at(900))
        budget.pause(until: at(800))
        #expect(budget.admit(at: at(899)) == at(900) && budget.admit(at: at(900)) == nil)
    }

    @Test("shares one budget among the venues of a host, and no other")
    func hosts() {
        var budgets = ConnectBudgets(sharers: 1)
        let limits = ConnectionLimits()
        let first = budgets.budget(of: "wss://stream.example.com:9443/a", limits)
        #expect(budgets.budget(of: "wss://stream.example.com:9443/b", limits) === first)
        #expect(budgets.budget(of: "wss://other.example.com/a", limits) !== first)
    }

    @Test("finds holes in trade numbers, takes sums apart, and follows a new numbering")
    func trades() {
        var numbers = TradeNumbers()
        func judge(_ first: UInt64, _ last: UInt64, isShared: Bool = false) -> TradeNumbers.Verdict {
            numbers.judge(first: first, last: last, isShared: isShared)
        }
        #expect(judge(100, 100) == .next && judge(101, 103) == .next && judge(105, 105) == .afterHole)
        #expect(judge(104, 106) == .next && judge(0, 0) == .next)
        #expect(judge(106, 106) == .rejected(.duplicate) && judge(50, 50) == .rejected(.outOfOrder))
        #expect(judge(51, 51, isShared: true) == .rejected(.duplicate))
        // Ahead of the connection that leads: 107 and 108 are on their way there.
        #expect(numbers.judge(first: 109, last: 109, isShared: true, leads: false) == .rejected(.duplicate))
        #expect(judge(107, 107, isShared: true) == .next)
        #expect(numbers.judge(first: 108, last: 108, isShared: true, leads: false) == .next)
        #expect(judge(1, 1) == .rejected(.outOfOrder) && judge(2, 2) == .rejected(.outOfOrder))
        #expect(judge(3, 3) == .afterHole && judge(4, 4) == .next)
    }

    @Test("calls silence quiet by the instrument's own rhythm only")
    func rhythm() {
        var (busy, slow) = (Rhythm(), Rhythm())
        for second in 0..<600 {
            busy.fresh += 20
            if second % 60 == 0 { slow.fresh += 1 }
            busy.sweep(seconds: 1)
            slow.sweep(seconds: 1)
        }
        #expect(abs(busy.rate - 20) < 1 && abs(slow.rate - 1.0 / 60) < 0.02)
        #expect(!busy.isQuiet(silentFor: 9) && busy.isQuiet(silentFor: 10))
        #expect(!slow.isQuiet(silentFor: 200) && slow.isQuiet(silentFor: 1200))
    }

    @Test("knows a venue's clock by the quickest of its last answers")
    func clocks() {
        var estimate = ClockEstimate()
        let start = Timestamp(nanoseconds: 1_000_000_000_000)
        estimate.take(theirs: start.advanced(byNanoseconds: 7_000_000_000), askedAt: start, took: .seconds(4))
        #expect(estimate.best == .init(offset: 5_000_000_000, error: 2_001_000_000))
        estimate.take(theirs: start.advanced(byNanoseconds: 6_050_000_000), askedAt: start, took: .milliseconds(100))
        #expect(estimate.best == .init(offset: 6_000_000_000, error: 51_000_000))
        for _ in 0..<8 { estimate.take(theirs: start, askedAt: start, took: .seconds(1)) }
        #expect(estimate.best?.error == 501_000_000)
    }

    @Test("asks for one lost instrument at a time, after a moment, and three times at most")
    func resyncs() {
        var (queue, generator) = (ResyncQueue(), FeedGenerator(seed: 5))
        let (a, b) = (InstrumentIndex(0), InstrumentIndex(1))
        let wanted: (InstrumentIndex) -> Bool = { _ in true }
        for instrument in [a, a, b] { #expect(queue.add(instrument, at: at(0)) == true) }
        #expect(queue.next(at: at(0.2), isNeeded: wanted) == .nothing)
        #expect(queue.next(at: at(0.25), isNeeded: wanted) == .ask(a))
        #expect(queue.next(at: at(0.25), isNeeded: wanted) == .nothing)
        let isFirstGivenUp = queue.answered(well: true, at: at(0.3), using: &generator)
        #expect(!isFirstGivenUp)
        var (now, asked) = (1.0, 0)
        while case .ask(let instrument) = queue.next(at: at(now), isNeeded: wanted) {
            asked += 1
            #expect(instrument == b)
            let isGivenUp = queue.answered(well: false, at: at(now), using: &generator)
            #expect(isGivenUp == (asked == 3))
            now += 5
        }
        #expect(asked == 3 && queue.isEmpty)
        for number in 0..<ResyncQueue.capacity {
            #expect(queue.add(InstrumentIndex(number), at: at(now)) == true)
        }
        #expect(queue.add(InstrumentIndex(1000), at: at(now)) == false)
        #expect(queue.next(at: at(now + 1), isNeeded: { _ in false }) == .nothing)
        #expect(queue.isEmpty)
    }

    @Test("keeps all routes from a venue that bans, and one route from a venue that fails")
    func gate() {
        var (gate, generator) = (RestGate(), FeedGenerator(seed: 5))
        for _ in 0..<3 {
            _ = gate.admit(.time, at: at(0))
            _ = gate.answered(.time, status: 503, patience: .zero, at: at(0), using: &generator)
        }
        #expect(gate.state(of: .time) == .open && gate.admit(.time, at: at(0)).refusal?.label == "circuit_open")
        #expect(gate.admit(.volume, at: at(0)).refusal == nil)
        let move = gate.answered(.volume, status: 418, patience: .seconds(120), at: at(1), using: &generator)
        #expect(move == .init(route: .volume, from: .closed, to: .open))
        #expect(gate.admit(.instruments, at: at(2)).refusal == .banned(for: .seconds(119)))
        #expect(gate.admit(.instruments, at: at(121)).refusal == nil)
        let moved = gate.answered(.instruments, status: 404, patience: .zero, at: at(121), using: &generator)
        #expect(moved == nil)
    }
}
