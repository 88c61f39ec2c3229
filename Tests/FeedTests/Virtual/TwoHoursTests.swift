import Core
import TestSupport
import Testing
import Venues

@testable import Feed

@Suite("Two hours of a feed in virtual time")
struct TwoHoursTests {
    @Test(
        "lose no symbol and no element to cuts, silence, refusals, losses, dead subscriptions and failing REST",
        arguments: VirtualDialect.allCases,
        Seeds.fresh(1)
    )
    func faults(dialect: VirtualDialect, seed: UInt64) {
        var dice = SplitMix64(seed: seed)
        let world = VirtualWorld(dialect, symbols: 6, step: .milliseconds(200), seed: seed) {
            $0.streamsPerConnection = 6
            $0.maxConnectionAge = .seconds(300)
        }
        var number = 0
        world.run(.seconds(2 * 3600 - 600)) {
            number += 1
            self.market(world, number, using: &dice)
            if dice.oneIn(300) { self.fault(world.exchange, using: &dice) }
        }
        self.heal(world.exchange)
        world.run(.seconds(600)) {
            number += 1
            self.market(world, number, using: &dice)
        }
        #expect(world.isWhole, "stale: \(world.stale)")
        let (live, seeded) = (
            world.count("arb1d_feed_subscriptions", #",state="live""#),
            world.count("arb1d_feed_subscriptions", #",state="seeded""#)
        )
        #expect(live + seeded + world.count("arb1d_feed_subscriptions", #",state="quiet""#) == 6)
        #expect(world.count("arb1d_feed_rotations_total") >= 1)
        self.checkBudget(world.exchange.attempts)
        #expect(world.exchange.mostMessagesPerSecond <= dialect.adapter.profile.messagesPerSecond)
        world.finish()
        let flow = world.channel.snapshot()
        #expect(flow.terms(.decode).residual == 0 && flow.terms(.feed).residual == 0)
        #expect(flow.terms(.decode).into > 10_000)
    }

    private func market(_ world: VirtualWorld, _ number: Int, using dice: inout SplitMix64) {
        let exchange = world.exchange
        if dice.oneIn(2) { exchange.change(dice.int(0...5), by: dice.int(-2...2)) }
        if dice.oneIn(5) { exchange.trade(dice.int(0...5)) }
        if exchange.dialect == .bybit, number.isMultiple(of: 30) { exchange.repeatAll() }
    }

    private func fault(_ exchange: VirtualExchange, using dice: inout SplitMix64) {
        let line = exchange.lines.randomElement(using: &dice)
        switch dice.int(0...9) {
        case 0: if let line { exchange.cut(line) }
        case 1: line?.isSilent = true
        case 2: exchange.connecting = .refuse
        case 3: exchange.connecting = .stall
        case 4: if let line { exchange.send("{not json", on: line) }
        case 5: if let line, let words = exchange.dialect.announcement { exchange.send(words, on: line) }
        case 6: line?.dead.insert(exchange.dialect.quoteTopic(exchange.books[dice.int(0...5)].name))
        case 7:
            let position = dice.int(0...5)
            exchange.change(position, isLost: true)
            exchange.trade(position, isLost: true)
        case 8: (exchange.restStatus, exchange.isRestReadable) = ([500, 429, 418, 200][dice.int(0...3)], dice.oneIn(2))
        default: self.heal(exchange)
        }
    }

    private func heal(_ exchange: VirtualExchange) {
        (exchange.connecting, exchange.restStatus, exchange.isRestReadable) = (.none, 200, true)
    }

    /// Never more attempts in five minutes than the feed's share of what the venue allows.
    private func checkBudget(_ attempts: [MonotonicInstant]) {
        for (index, last) in attempts.enumerated() where index >= 250 {
            #expect(last.since(attempts[index - 250]) >= .seconds(300))
        }
    }
}
