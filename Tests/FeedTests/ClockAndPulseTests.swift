import Core
import Logging
import Metrics
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import Feed

@Suite("Receive clock and pulse", .timeLimit(.minutes(5)))
struct ClockAndPulseTests {
    @Test("keeps its offset while the wall clock is near, and follows a step once")
    func offset() {
        var offset = ClockOffset(monotonic: 1_000, wall: 5_000)
        #expect(offset.nanoseconds == 4_000)
        #expect(offset.compare(monotonic: 2_000, wall: 100_006_000) == nil)
        #expect(offset.nanoseconds == 4_000)
        #expect(offset.compare(monotonic: 2_000, wall: 200_006_000) == 200_000_000)
        #expect(offset.compare(monotonic: 3_000, wall: 200_007_000) == nil)
        #expect(offset.compare(monotonic: 4_000, wall: 8_000) == -200_000_000)
    }

    @Test("never goes back, and knows the year")
    func clock() {
        let clock = ReceiveClock()
        var last = clock.now
        #expect(last.seconds > 1_600_000_000)
        for _ in 0..<1000 {
            let now = clock.now
            #expect(now >= last)
            last = now
        }
        #expect(clock.followWallClock() == nil)
    }

    @Test("keeps receive times going through a step of the wall clock, and follows it with the other reading once")
    func step() {
        let wall = Atomic<Int64>(2_000_000_000_000_000_000)
        let clock = ReceiveClock(readingWall: { wall.load(ordering: .relaxed) })
        let before = clock.now
        let distance = 3_600_000_000_000 as Int64
        wall.subtract(distance, ordering: .relaxed)
        let step = clock.followWallClock()
        #expect(step.map { $0 > -distance - 60_000_000_000 && $0 <= -distance } == true)
        let instant = clock.monotonic
        #expect(clock.timestamp(of: instant) >= before)
        #expect(clock.wall(of: instant).nanoseconds(since: clock.timestamp(of: instant)) == step)
        #expect(clock.wall < before && clock.now >= before)
    }

    @Test("counts a step once")
    func stepOnce() {
        let lead = Atomic<Int64>(0)
        let steady = ReceiveClock()
        let clock = ReceiveClock(readingWall: { steady.now.nanoseconds + lead.load(ordering: .relaxed) })
        lead.store(-3_600_000_000_000, ordering: .relaxed)
        #expect(clock.followWallClock() != nil)
        #expect(clock.followWallClock() == nil)
        lead.store(0, ordering: .relaxed)
        #expect(clock.followWallClock() != nil)
        #expect(clock.followWallClock() == nil)
    }

    @Test("beats whether or not any venue is connected")
    func pulse() async {
        let wakes = Incoming<Void>()
        let channel = RawChannel(capacity: 10, venues: 1) { wakes.put(()) }
        let pulse = FeedPulse(
            loop: 3,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            channel: channel,
            clock: ReceiveClock(),
            metrics: FeedMetrics(Registry()),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        pulse.start(interval: .milliseconds(1))
        var beats = 0
        var (batch, displaced): ([RawElement], [InstrumentIndex]) = ([], [])
        while beats < 3 {
            guard case .batch = channel.take(into: &batch, displaced: &displaced, completed: EngineTally()) else {
                await wakes.next()
                continue
            }
            for element in batch {
                guard case .heartbeat(loop: 3, _) = element.payload, element.venue == .none else {
                    Issue.record("not a heartbeat: \(element)")
                    continue
                }
                beats += 1
            }
        }
        pulse.stop()
        let flow = channel.snapshot()
        #expect(flow.terms(.feed).residual == 0)
        #expect(flow.feeds.last?.synthetic == flow.feeds.last?.eventsIn)
    }

    @Test("counts a step of the wall clock, and exports the count")
    func countsSteps() async {
        let (wakes, lead, steady, registry) = (Incoming<Void>(), Lead(), ReceiveClock(), Registry())
        let channel = RawChannel(capacity: 10, venues: 1) { wakes.put(()) }
        let pulse = FeedPulse(
            loop: 0,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            channel: channel,
            clock: ReceiveClock(readingWall: { steady.now.nanoseconds + lead.value.load(ordering: .relaxed) }),
            metrics: FeedMetrics(registry),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        lead.value.store(-3_600_000_000_000, ordering: .relaxed)
        pulse.start(interval: .milliseconds(1))
        var (batch, displaced): ([RawElement], [InstrumentIndex]) = ([], [])
        for _ in 0..<3 {
            // Parked, so that the next heartbeat wakes.
            while case .batch = channel.take(into: &batch, displaced: &displaced, completed: EngineTally()) {}
            await wakes.next()
        }
        pulse.stop()
        let exposition = String(decoding: registry.render(), as: UTF8.self)
        MovedFamilies.note(exposition)
        #expect(exposition.contains("arb1d_clock_steps_total 1\n"))
    }

    private final class Lead: Sendable {
        let value = Atomic<Int64>(0)
    }

    @Test("makes everything stale when the clock was stepped")
    func clockStep() async throws {
        let server = try await LoopbackServer.start()
        let bench = FeedBench(server)
        bench.watch("A", "B")
        let peer = await server.nextPeer()
        peer.send("q A 1 1 2")
        _ = await bench.quotes(1)
        bench.feed.clockStepped(at: Timestamp(nanoseconds: 7))
        let marks = await bench.elements(1) { if case .stale = $0.payload { true } else { false } }
        #expect(marks.map(\.payload) == [.stale(FeedBench.instrument("A"), .clock, at: Timestamp(nanoseconds: 7))])
        await bench.finish()
    }

    @Test("asks for seeds again when the clock was stepped")
    func clockStepSeeds() async throws {
        let server = try await LoopbackServer.start()
        let book = try await LoopbackServer.start {
            $0.answer("200 OK", headers: "Connection: close\r\n", body: Array("A 3 4\n".utf8))
        }
        let bench = FeedBench(server, restPort: book.port)
        bench.watch("A")
        let peer = await server.nextPeer()
        peer.send("q A 1 1 2")
        #expect(await bench.quotes(1).map(\.sequence) == [1])
        try await bench.until {
            bench.value(#"arb1d_rest_requests_total{venue="fake",route="book_ticker",code="200"}"#) == 1
        }
        bench.feed.clockStepped(at: bench.clock.now)
        let seeds = await bench.quotes(1)
        #expect(seeds.map { $0.flags.contains(.seeded) } == [true])
        await bench.finish()
    }
}

@Suite("Seed schedule")
struct SeedScheduleTests {
    @Test("asks once for all, and again for who came while it asked")
    func coalesces() {
        var schedule = SeedSchedule()
        let wanted = (0..<3).map { _ in schedule.want() }
        #expect(wanted == [true, false, false])
        let again = (0..<2).map { _ in schedule.succeeded(at: at(0)) }
        #expect(again == [true, false])
        let wantedLater = schedule.want()
        #expect(wantedLater)
    }

    @Test("waits after a failure, asks again while it is needed, and forgets it otherwise")
    func retries() {
        var (schedule, seed) = (SeedSchedule(), Seed(1))
        _ = schedule.want()
        schedule.failed(at: at(0), atLeast: .seconds(5), using: &seed)
        #expect(schedule.due == at(5))
        let early = [schedule.want(), schedule.tick(at: at(4), isNeeded: true)]
        #expect(early == [false, false])
        let due = schedule.tick(at: at(5), isNeeded: true)
        #expect(due)
        schedule.failed(at: at(5), atLeast: .seconds(5), using: &seed)
        let forgotten = [schedule.tick(at: at(10), isNeeded: false), schedule.want()]
        #expect(forgotten == [false, true])
    }

    @Test("asks again after a minute while it is needed, or at once when it is wanted")
    func refresh() {
        var schedule = SeedSchedule()
        _ = schedule.want()
        _ = schedule.succeeded(at: at(0))
        let due = [schedule.tick(at: at(59), isNeeded: true), schedule.tick(at: at(60), isNeeded: true)]
        #expect(due == [false, true])
        _ = schedule.succeeded(at: at(61))
        let wanted = schedule.want()
        #expect(wanted)
        _ = schedule.succeeded(at: at(62))
        let unneeded = schedule.tick(at: at(122), isNeeded: false)
        #expect(!unneeded && schedule.state == .idle)
    }

    @Test("gives seeds up after three failures in a row")
    func failing() {
        var (schedule, seed) = (SeedSchedule(), Seed(1))
        var failing: [Bool] = []
        for second in [0.0, 100, 200] {
            _ = second == 0 ? schedule.want() : schedule.tick(at: at(second), isNeeded: true)
            schedule.failed(at: at(second), atLeast: .zero, using: &seed)
            failing.append(schedule.isFailing)
        }
        #expect(failing == [false, false, true])
        _ = schedule.tick(at: at(300), isNeeded: true)
        _ = schedule.succeeded(at: at(300))
        #expect(!schedule.isFailing)
    }
}
