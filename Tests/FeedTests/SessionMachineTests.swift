import Core
import Testing
import Venues

@testable import Feed

@Suite("Session machine")
struct SessionMachineTests {
    private static let limits = SessionLimits(
        FakeVenue.makeProfile(messagesPerSecond: 5, heartbeatInterval: .seconds(20))
    )

    private func opened(_ limits: SessionLimits = Self.limits) -> SessionMachine {
        var machine = SessionMachine(limits: limits)
        #expect(machine.start(at: at(0)) == [.connect])
        machine.connected(at: at(0.1))
        machine.opened(at: at(1))
        return machine
    }

    private func requests(_ count: Int) -> [SubscriptionRequest] {
        (1...count).map { SubscriptionRequest(number: UInt64($0), text: "\($0)", venueSymbols: ["S\($0)"]) }
    }

    private func quotes(_ symbols: [String]) -> Topics { Topics(stream: .quotes, venueSymbols: symbols) }
    private func trades(_ symbols: [String]) -> Topics { Topics(stream: .trades, venueSymbols: symbols) }

    @Test("goes through its states in order")
    func states() {
        var machine = SessionMachine(limits: Self.limits)
        #expect(machine.phase == .stopped)
        _ = machine.start(at: at(0))
        #expect(machine.phase == .connecting)
        machine.connected(at: at(0.1))
        #expect(machine.phase == .handshaking)
        machine.opened(at: at(0.2))
        #expect(machine.phase == .subscribing)
        #expect(machine.enqueue(self.requests(1), at: at(0.2)) == [.send(self.requests(1)[0])])
        #expect(machine.acknowledged(1, at: at(0.3)) == [.acknowledged(self.quotes(["S1"])), .live])
        #expect(machine.phase == .live)
        var seed = Seed(1)
        _ = machine.lost(at: at(1), using: &seed)
        #expect(machine.phase == .backingOff)
        machine.stop()
        #expect(machine.phase == .stopped && machine.nextDeadline(at: at(1)) == nil)
    }

    @Test("gives up an attempt after five seconds, and a handshake after five more")
    func timeouts() {
        var machine = SessionMachine(limits: Self.limits)
        _ = machine.start(at: at(0))
        #expect(machine.nextDeadline(at: at(0)) == at(5))
        #expect(machine.tick(at: at(4.9)) == [])
        #expect(machine.tick(at: at(5)) == [.giveUp(.timeout)])
        machine.connected(at: at(4))
        #expect(machine.tick(at: at(8.9)) == [])
        #expect(machine.tick(at: at(9)) == [.giveUp(.timeout)])
    }

    @Test("sends requests no faster than the venue allows, with room for a pong")
    func throttle() {
        var machine = self.opened()
        var sentAt: [MonotonicInstant] = []
        var now = at(1)
        var actions = machine.enqueue(self.requests(12), at: now)
        while sentAt.count < 12 {
            for case .send in actions { sentAt.append(now) }
            guard sentAt.count < 12, let next = machine.nextDeadline(at: now) else { break }
            now = next
            actions = machine.tick(at: now)
        }
        #expect(sentAt.count == 12)
        #expect(sentAt.last == at(3))
        for index in 4..<12 { #expect(sentAt[index].since(sentAt[index - 4]) >= .seconds(1)) }
    }

    @Test("counts a pong among its messages")
    func pongs() {
        var machine = self.opened()
        for _ in 0..<4 { machine.answeredPing(at: at(1)) }
        #expect(machine.enqueue(self.requests(1), at: at(1)) == [])
        #expect(machine.tick(at: at(2)) == [.send(self.requests(1)[0])])
    }

    @Test("is live when every request was answered, by word or by data")
    func live() {
        var machine = self.opened()
        _ = machine.enqueue(self.requests(3), at: at(1))
        #expect(machine.acknowledged(nil, at: at(1)) == [.acknowledged(self.quotes(["S1"]))])
        #expect(machine.dataCame(for: "S3", at: at(1)) == [.acknowledged(self.quotes(["S3"]))])
        #expect(machine.refused(2, words: "no", at: at(1)) == [.refused(self.quotes(["S2"])), .live])
    }

    @Test("is not live while a refused group is asked for again")
    func retry() {
        var machine = self.opened()
        _ = machine.enqueue([SubscriptionRequest(number: 1, text: "", venueSymbols: ["A", "B"])], at: at(1))
        let refused = machine.refused(1, words: "bad A", at: at(1))
        #expect(refused == [.refused(self.quotes(["A"])), .subscribe(self.quotes(["B"]))])
        #expect(machine.nextNumber == 2)
        let retry = SubscriptionRequest(number: 2, text: "", venueSymbols: ["B"])
        #expect(machine.enqueue([retry], at: at(1)) == [.send(retry)])
        #expect(machine.acknowledged(2, at: at(1)) == [.acknowledged(self.quotes(["B"])), .live])
    }

    @Test("gives up when an answer to a subscription never comes")
    func unanswered() {
        var machine = self.opened()
        _ = machine.enqueue(self.requests(1), at: at(1))
        for second in 2...10 {
            machine.received(at: at(Double(second)))
            #expect(machine.tick(at: at(Double(second))).allSatisfy { $0 != .abandon(.silent) })
        }
        #expect(machine.tick(at: at(11)) == [.abandon(.silent)])
    }

    @Test("asks once for a sign of life at half time, then declares the silent connection dead")
    func silence() {
        var limits = Self.limits
        limits.heartbeatInterval = nil
        limits.deadAfter = .seconds(20)
        var machine = self.opened(limits)
        _ = machine.enqueue([], at: at(1))
        #expect(machine.phase == .live)
        #expect(machine.nextDeadline(at: at(1)) == at(11))
        #expect(machine.tick(at: at(10.9)) == [])
        #expect(machine.tick(at: at(11)) == [.ping])
        #expect(machine.tick(at: at(12)) == [])
        #expect(machine.nextDeadline(at: at(12)) == at(21))
        machine.received(at: at(12))
        #expect(machine.nextDeadline(at: at(12)) == at(22))
        #expect(machine.tick(at: at(22)) == [.ping])
        #expect(machine.tick(at: at(32)) == [.abandon(.silent)])
    }

    @Test("sends the venue's heartbeat at its interval")
    func heartbeat() {
        var machine = self.opened()
        _ = machine.enqueue([], at: at(1))
        var beats: [Double] = []
        for second in 2...62 {
            machine.received(at: at(Double(second)))
            for case .heartbeat in machine.tick(at: at(Double(second))) { beats.append(Double(second)) }
        }
        #expect(beats == [21, 41, 61])
    }

    @Test("waits longer after each failure and forgets them after a minute of life")
    func backoff() {
        var (seed, machine) = (Seed(3), SessionMachine(limits: Self.limits))
        for _ in 0..<20 {
            _ = machine.start(at: at(0))
            #expect(machine.lost(at: at(0), using: &seed) <= .seconds(10))
        }
        machine.opened(at: at(100))
        _ = machine.enqueue([], at: at(100))
        #expect(machine.lost(at: at(160), using: &seed) <= .milliseconds(200))
    }

    @Test("keeps its failures when the connection was short")
    func shortLife() {
        var longest = Duration.zero
        for number in 0..<50 as Range<UInt64> {
            var (seed, machine) = (Seed(number), SessionMachine(limits: Self.limits))
            for second in 0..<10 {
                machine.opened(at: at(Double(second)))
                _ = machine.enqueue([], at: at(Double(second)))
                longest = max(longest, machine.lost(at: at(Double(second) + 0.5), using: &seed))
            }
        }
        #expect(longest > .seconds(5))
    }

    @Test("makes the next connection when the venue announces the end, and only once")
    func announced() {
        var machine = self.opened()
        _ = machine.enqueue([], at: at(1))
        #expect(machine.announced(at: at(11)) == [.rotate])
        #expect(machine.phase == .rotating && machine.phase.isLive)
        #expect(machine.announced(at: at(12)) == [])
    }

    @Test("waits ever longer when the venue announces the end of each connection at once", arguments: [false, true])
    func announcedEarly(isLive: Bool) {
        var longest = Duration.zero
        for number in 0..<50 as Range<UInt64> {
            var (seed, machine) = (Seed(number), SessionMachine(limits: Self.limits))
            for second in stride(from: 0.0, to: 100, by: 10) {
                machine.opened(at: at(second))
                if isLive { _ = machine.enqueue([], at: at(second)) }
                #expect(machine.announced(at: at(second + 9.9)) == [.abandon(.announced)])
                longest = max(longest, machine.lost(at: at(second + 9.9), using: &seed))
            }
        }
        #expect(longest > .seconds(5) && longest <= .seconds(10))
    }

    @Test("makes the next connection before the venue's limit, and again later when that failed")
    func rotation() {
        var limits = Self.limits
        (limits.lifetime, limits.heartbeatInterval) = (.seconds(1000), nil)
        limits.rotationTimeout = .seconds(30)
        var machine = SessionMachine(limits: limits)
        machine.opened(at: at(0), share: 0.8)
        _ = machine.enqueue([], at: at(0))
        machine.received(at: at(799))
        #expect(machine.nextDeadline(at: at(799)) == at(800))
        #expect(machine.tick(at: at(799.9)) == [])
        #expect(machine.tick(at: at(800)) == [.rotate])
        machine.received(at: at(801))
        #expect(machine.phase == .rotating && machine.tick(at: at(801)) == [])
        machine.rotationFailed(at: at(810))
        machine.received(at: at(838))
        #expect(machine.phase == .live && machine.tick(at: at(839)) == [])
        machine.received(at: at(840))
        #expect(machine.tick(at: at(840)) == [.rotate])
    }

    @Test("asks again for what was refused, all at once and at a low rate")
    func refusedLater() {
        var limits = Self.limits
        (limits.refusedRetry, limits.heartbeatInterval) = (.seconds(600), nil)
        var machine = SessionMachine(limits: limits)
        machine.opened(at: at(0))
        _ = machine.enqueue(self.requests(3), at: at(0))
        _ = machine.refused(1, words: "no", at: at(1))
        _ = machine.refused(2, words: "no", at: at(2))
        #expect(machine.acknowledged(3, at: at(2)) == [.acknowledged(self.quotes(["S3"])), .live])
        machine.received(at: at(600))
        #expect(machine.tick(at: at(600)) == [])
        #expect(machine.nextDeadline(at: at(600)) == at(601))
        #expect(machine.tick(at: at(601)) == [.subscribe(self.quotes(["S1", "S2"]))])
        machine.forget(["S2"])
        #expect(machine.tick(at: at(602)) == [])
        let again = SubscriptionRequest(number: 4, text: "", venueSymbols: ["S1"])
        #expect(machine.enqueue([again], at: at(602)) == [.send(again)])
        // Not answered: it is asked for once more, as late as a refused one.
        machine.received(at: at(612))
        #expect(machine.tick(at: at(612)) == [.unanswered(self.quotes(["S1"]))] && machine.phase == .live)
        machine.received(at: at(1212))
        #expect(machine.tick(at: at(1212)) == [.subscribe(self.quotes(["S1"]))])
    }

    @Test("does without trades that the venue refuses, asks for the rest at once and for these later")
    func refusedTrades() {
        var machine = self.opened()
        let trades = SubscriptionRequest(number: 2, text: "", stream: .trades, venueSymbols: ["S1", "S2"])
        _ = machine.enqueue(self.requests(1) + [trades], at: at(1))
        #expect(machine.acknowledged(1, at: at(1)) == [.acknowledged(self.quotes(["S1"]))])
        let refused = machine.refused(2, words: "no S2", at: at(1))
        #expect(refused == [.refused(self.trades(["S2"])), .subscribe(self.trades(["S1"]))])
        let again = SubscriptionRequest(number: 3, text: "", stream: .trades, venueSymbols: ["S1"])
        _ = machine.enqueue([again], at: at(1))
        #expect(machine.acknowledged(3, at: at(1)) == [.acknowledged(self.trades(["S1"])), .live])
        let due = at(1).advanced(by: Self.limits.refusedRetry)
        machine.received(at: due)
        #expect(machine.tick(at: due).contains(.subscribe(self.trades(["S2"]))))
    }

    @Test("does without trades that the venue does not answer for, and asks for them later")
    func unansweredTrades() {
        var machine = self.opened()
        let trades = SubscriptionRequest(number: 2, text: "", stream: .trades, venueSymbols: ["S1"])
        _ = machine.enqueue(self.requests(1) + [trades], at: at(1))
        _ = machine.acknowledged(1, at: at(1))
        let late = at(1).advanced(by: Self.limits.subscribeTimeout)
        machine.received(at: late)
        #expect(machine.tick(at: late) == [.unanswered(self.trades(["S1"])), .live])
        let due = late.advanced(by: Self.limits.refusedRetry)
        machine.received(at: due)
        #expect(machine.tick(at: due).contains(.subscribe(self.trades(["S1"]))))
    }

    @Test("sends what is asked for while it is live within the same limits")
    func liveRequests() {
        var machine = self.opened()
        _ = machine.enqueue([], at: at(1))
        let requests = self.requests(6)
        #expect(machine.enqueue(requests, at: at(1)) == requests.prefix(4).map { .send($0) })
        #expect(machine.nextDeadline(at: at(1)) == at(2))
        #expect(machine.tick(at: at(2)) == requests.suffix(2).map { .send($0) })
    }

    @Test("gives a connection up on which everything was refused")
    func allRefused() {
        var (seed, machine) = (Seed(3), self.opened())
        _ = machine.enqueue(self.requests(2), at: at(1))
        #expect(machine.refused(1, words: "no", at: at(1)) == [.refused(self.quotes(["S1"]))])
        #expect(machine.refused(2, words: "no", at: at(1)) == [.refused(self.quotes(["S2"])), .abandon(.closed)])
        #expect(machine.phase == .subscribing)
        _ = machine.lost(at: at(1), using: &seed)
        machine.opened(at: at(2))
        _ = machine.enqueue(self.requests(2), at: at(2))
        _ = machine.refused(1, words: "no", at: at(2))
        #expect(machine.dataCame(for: "S2", at: at(2)) == [.acknowledged(self.quotes(["S2"])), .live])
    }

    @Test("waits at least as long as the venue asks")
    func patience() {
        var (seed, machine) = (Seed(3), self.opened())
        #expect(machine.lost(at: at(5), atLeast: .seconds(30), using: &seed) == .seconds(30))
        #expect(machine.tick(at: at(34)) == [])
        #expect(machine.tick(at: at(35)) == [.connect])
    }
}
