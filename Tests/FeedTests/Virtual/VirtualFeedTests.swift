import Core
import Testing

@testable import Feed

@Suite("A feed in virtual time")
struct VirtualFeedTests {
    /// Changes every book a little, in turn.
    private func trade(_ world: VirtualWorld, for duration: Duration) {
        var number = 0
        world.run(duration) {
            number += 1
            guard number.isMultiple(of: 10) else { return }
            world.exchange.change(number / 10 % world.exchange.books.count, by: number % 3 - 1)
            world.exchange.trade(number / 10 % world.exchange.books.count)
        }
    }

    @Test("rotates before the venue's limit without a mark, a hole or a lost quote", arguments: VirtualDialect.allCases)
    func rotation(dialect: VirtualDialect) {
        let world = VirtualWorld(dialect) { $0.maxConnectionAge = .seconds(100) }
        self.trade(world, for: .seconds(300))
        #expect(world.isWhole && world.marks.isEmpty)
        #expect(world.count("arb1d_feed_rotations_total") >= 3)
        #expect(world.count("arb1d_feed_rotation_failures_total") == 0)
        #expect(world.count("arb1d_feed_rotation_duplicates_total") >= 1)
        #expect(world.value("arb1d_feed_rotation_gap_seconds_sum{venue=\"\(dialect.rawValue)\"}") == 0)
        #expect(world.count("arb1d_feed_sequence_gaps_total", #",stream="trade""#) <= 0)
        #expect(world.count("arb1d_feed_connections", #",state="live""#) == 1)
        #expect(world.exchange.lines.count == 1)
        world.finish()
        #expect(world.channel.snapshot().terms(.feed).residual == 0)
    }

    @Test("makes the next connection on an announcement", arguments: [VirtualDialect.binance, .binanceUsdm, .gateio])
    func announced(dialect: VirtualDialect) throws {
        let world = VirtualWorld(dialect)
        self.trade(world, for: .seconds(20))
        let old = try #require(world.exchange.lines.first)
        world.exchange.send(try #require(dialect.announcement), on: old)
        self.trade(world, for: .seconds(20))
        #expect(world.isWhole && world.marks.isEmpty)
        #expect(world.count("arb1d_feed_rotations_total") == 1 && world.exchange.lines.count == 1)
        #expect(world.exchange.lines.first !== old)
        world.finish()
    }

    @Test("keeps the present connection when the next one does not come to be, and counts that")
    func failedRotation() {
        let world = VirtualWorld(.binance) { $0.maxConnectionAge = .seconds(100) }
        self.trade(world, for: .seconds(50))
        world.exchange.connecting = .stall
        self.trade(world, for: .seconds(110))
        #expect(world.count("arb1d_feed_rotation_failures_total") >= 1)
        #expect(world.count("arb1d_feed_rotations_total") == 0)
        #expect(world.isWhole && world.marks.isEmpty && world.exchange.lines.count == 1)
        world.exchange.connecting = .none
        self.trade(world, for: .seconds(60))
        #expect(world.count("arb1d_feed_rotations_total") >= 1 && world.marks.isEmpty)
        world.finish()
    }

    @Test("lets the next connection carry on when the present one is cut while it is made")
    func cutWhileRotating() throws {
        let world = VirtualWorld(.binance)
        self.trade(world, for: .seconds(20))
        let old = try #require(world.exchange.lines.first)
        world.exchange.send(try #require(VirtualDialect.binance.announcement), on: old)
        world.run(.milliseconds(20))
        world.exchange.cut(old)
        self.trade(world, for: .seconds(20))
        #expect(world.isWhole && world.exchange.lines.count == 1)
        world.finish()
        #expect(world.channel.snapshot().terms(.feed).residual == 0)
    }

    @Test(
        "believes nothing that changed while neither connection listened, and asks what stands",
        arguments: [
            VirtualDialect.binance, .binanceUsdm, .gateio,
        ]
    )
    func unheard(dialect: VirtualDialect) throws {
        let world = VirtualWorld(dialect) { $0.auditInterval = .seconds(3600) }
        self.trade(world, for: .seconds(20))
        let old = try #require(world.exchange.lines.first)
        world.exchange.send(try #require(dialect.announcement ?? VirtualDialect.binance.announcement), on: old)
        old.isSilent = true
        world.exchange.change(0)
        #expect(!world.isWhole)
        var number = 0
        world.run(.seconds(10)) {
            number += 1
            if number.isMultiple(of: 10) { world.exchange.change(1 + number / 10 % 3) }
        }
        #expect(world.isWhole && world.count("arb1d_feed_rotations_total") == 1)
        #expect(world.marks[.session] ?? 0 >= 1)
        world.finish()
    }

    @Test("counts a trade once through rotations, also of an instrument that came after the first")
    func lateInstrument() {
        let world = VirtualWorld(.bybit) { $0.maxConnectionAge = .seconds(60) }
        self.trade(world, for: .seconds(70))
        #expect(world.count("arb1d_feed_rotations_total") == 1)
        world.exchange.books.append(VirtualBook(name: VirtualDialect.bybit.name(4)))
        world.feed.watch([(InstrumentIndex(4), VirtualDialect.bybit.name(4))])
        world.run(.seconds(5)) { world.exchange.repeatAll() }
        let before = world.trades
        var (number, told) = (0, 0)
        world.run(.seconds(80)) {
            number += 1
            if number.isMultiple(of: 100) { world.exchange.repeatAll() }
            guard number.isMultiple(of: 10) else { return }
            world.exchange.trade(4)
            told += 1
        }
        #expect(world.count("arb1d_feed_rotations_total") >= 2 && world.trades - before == told)
        world.finish()
    }

    @Test("knocks on no other connection either while a venue bans, and waits an hour at most")
    func declined() {
        let world = VirtualWorld(.binance, symbols: 6, step: .milliseconds(100)) { $0.streamsPerConnection = 4 }
        world.exchange.connecting = .decline(status: 418, retryAfter: "65000")
        world.run(.seconds(3_500))
        let asked = world.exchange.attempts.count
        #expect(asked <= 3)
        world.exchange.connecting = .none
        world.run(.seconds(200))
        #expect(world.isWhole && world.exchange.lines.count == 3)
        world.finish()
    }

    @Test(
        "finds a subscription that died in silence by the book ticker, and only that one",
        arguments: [VirtualDialect.binance, .binanceUsdm, .gateio]
    )
    func audit(dialect: VirtualDialect) throws {
        let world = VirtualWorld(dialect, step: .milliseconds(100))
        self.trade(world, for: .seconds(30))
        let line = try #require(world.exchange.lines.first)
        line.dead.insert(dialect.quoteTopic(dialect.name(0)))
        world.run(.seconds(300)) { world.exchange.change(0) }
        #expect(world.count("arb1d_feed_audit_mismatches_total") == 1)
        #expect(world.count("arb1d_feed_audits_total") >= 4)
        #expect(world.count("arb1d_feed_resubscriptions_total") == 1)
        #expect(world.marks[.subscription] == 1 && world.isWhole)
        world.finish()
    }

    @Test("finds it on a venue that repeats by the silence alone")
    func repeats() throws {
        let world = VirtualWorld(.bybit, step: .milliseconds(100))
        var number = 0
        let act = {
            number += 1
            if number.isMultiple(of: 30) { world.exchange.repeatAll() }
        }
        world.run(.seconds(30), act)
        try #require(world.exchange.lines.first).dead.insert(VirtualDialect.bybit.quoteTopic("C1USDT"))
        world.exchange.change(1)
        world.run(.seconds(9), act)
        #expect(world.marks.isEmpty)
        world.run(.seconds(4), act)
        #expect(world.marks == [.subscription: 1] && world.isWhole)
        #expect(world.count("arb1d_feed_resubscriptions_total") == 1)
        world.finish()
    }

    @Test(
        "asks REST what stands after a hole in the trades, of that symbol alone",
        arguments: [VirtualDialect.binance, .binanceUsdm, .gateio]
    )
    func hole(dialect: VirtualDialect) {
        let world = VirtualWorld(dialect)
        self.trade(world, for: .seconds(20))
        world.exchange.change(2, isLost: true)
        world.exchange.trade(2, isLost: true)
        world.exchange.trade(2)
        world.run(.milliseconds(100))
        #expect(world.stale == [InstrumentIndex(2)] && world.marks == [.lost: 1])
        #expect(world.count("arb1d_feed_connections", #",state="resyncing""#) == 1)
        world.run(.seconds(2))
        #expect(world.isWhole)
        #expect(world.count("arb1d_feed_sequence_gaps_total", #",stream="trade""#) == 1)
        #expect(world.value("arb1d_feed_resync_seconds_count{venue=\"\(dialect.rawValue)\"}") == 1)
        #expect(world.exchange.paths.filter { $0.hasSuffix("=" + dialect.name(2)) }.count == 1)
        #expect(world.count("arb1d_feed_connections", #",state="live""#) == 1)
        world.finish()
    }

    @Test("asks three times at most, and then leaves it to the next book ticker of all")
    func holeInVain() {
        let world = VirtualWorld(.binance)
        self.trade(world, for: .seconds(20))
        world.exchange.restStatus = 500
        world.exchange.trade(2, isLost: true)
        world.exchange.trade(2)
        world.run(.seconds(20))
        let asked = world.exchange.paths.filter { $0.hasSuffix("=C2USDT") }.count
        #expect(asked == 3 && world.stale == [InstrumentIndex(2)])
        world.exchange.restStatus = 200
        world.run(.seconds(90))
        #expect(world.isWhole)
        world.finish()
    }

    @Test("leaves a venue alone that bans, and says until when", arguments: [418, 403, 429])
    func ban(status: Int) {
        let world = VirtualWorld(.binance, step: .milliseconds(100))
        world.exchange.restStatus = status
        self.trade(world, for: .seconds(50))
        let asked = world.exchange.paths.count
        #expect(asked <= 2)
        #expect(world.count("arb1d_rest_banned_until_timestamp_seconds") > 1_700_000_000)
        #expect(self.breaker(of: world, "open") == 1)
        world.exchange.restStatus = 200
        self.trade(world, for: .seconds(800))
        #expect(world.exchange.paths.count > asked)
        #expect(self.breaker(of: world, "closed") == 1 && self.breaker(of: world, "open") == 0)
        world.finish()
    }

    @Test("opens the breaker of a route whose answers of status 200 make no sense, and closes it when they do")
    func unreadable() {
        let world = VirtualWorld(.binance, step: .milliseconds(100))
        world.exchange.isRestReadable = false
        self.trade(world, for: .seconds(300))
        #expect(self.breaker(of: world, "closed") == 0)
        let asked = world.exchange.paths.count
        world.exchange.isRestReadable = true
        self.trade(world, for: .seconds(200))
        #expect(self.breaker(of: world, "closed") == 1 && world.exchange.paths.count > asked)
        world.finish()
    }

    private func breaker(of world: VirtualWorld, _ state: String) -> Double {
        let labels = #",route="book_ticker",arb1d_circuit_breaker_state="\#(state)""#
        return world.count("arb1d_circuit_breaker_state", labels)
    }

    @Test("shows how far the venue's clock is ahead", arguments: VirtualDialect.allCases)
    func clocks(dialect: VirtualDialect) {
        let world = VirtualWorld(dialect)
        world.exchange.clockAhead = .milliseconds(1500)
        self.trade(world, for: .seconds(5))
        let (offset, error) = (
            world.count("arb1d_feed_clock_offset_seconds"), world.count("arb1d_feed_clock_offset_error_seconds")
        )
        #expect(abs(offset - 1.5) <= error && error > 0 && error < 0.1)
        world.finish()
    }

    @Test("tells a quote that was long on its way from one that comes from a clock ahead of ours")
    func transit() {
        let world = VirtualWorld(.gateio)
        world.run(.seconds(2))
        world.exchange.change(0)
        world.exchange.books[1].milliseconds = 4_000_000_000_000
        world.exchange.change(1)
        world.run(.seconds(1))
        #expect(world.value("arb1d_feed_transit_seconds_count{venue=\"gateio\"}") == 1)
        #expect(world.value("arb1d_feed_transit_ahead_seconds_count{venue=\"gateio\"}") == 1)
        world.finish()
    }

    @Test("tells what is only quiet, by its own rhythm, and does it no harm")
    func quiet() {
        let world = VirtualWorld(.binance, step: .milliseconds(100))
        world.run(.seconds(120)) { world.exchange.change(0) }
        world.run(.seconds(9))
        #expect(world.count("arb1d_feed_subscriptions", #",state="quiet""#) == 0)
        world.run(.seconds(5))
        #expect(world.count("arb1d_feed_subscriptions", #",state="quiet""#) == 1)
        #expect(world.marks.isEmpty)
        world.exchange.change(0)
        world.run(.seconds(1))
        #expect(world.count("arb1d_feed_subscriptions", #",state="quiet""#) == 0)
        #expect(world.count("arb1d_feed_symbol_seconds_total") > 400)
        #expect(world.count("arb1d_feed_symbol_stale_seconds_total") < 4)
        world.finish()
    }

    @Test(
        "keeps fifty connections on one loop, each with its own instruments, and replaces each once",
        arguments: VirtualDialect.allCases
    )
    func manyConnections(dialect: VirtualDialect) {
        let world = VirtualWorld(dialect, symbols: 50) {
            $0.streamsPerConnection = 2
            $0.maxConnectionAge = .seconds(100)
        }
        self.trade(world, for: .seconds(60))
        #expect(world.exchange.lines.count == 50 && world.isWhole)
        #expect(world.count("arb1d_feed_connections", #",state="live""#) == 50)
        #expect(world.count("arb1d_feed_streams") == 100 && world.count("arb1d_feed_streams_limit") == 100)
        self.trade(world, for: .seconds(60))
        #expect(world.count("arb1d_feed_rotations_total") == 50)
        #expect(world.count("arb1d_feed_rotation_failures_total") == 0 && world.marks.isEmpty)
        #expect(world.exchange.lines.count == 50 && world.isWhole)
        world.finish()
        #expect(world.channel.snapshot().terms(.feed).residual == 0)
    }
}
