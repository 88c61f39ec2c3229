import Core
import Testing
import Venues

@testable import Feed

@Suite("Event intake")
struct EventIntakeTests {
    private let a = InstrumentIndex(0)
    private let now = Timestamp(nanoseconds: 5)

    private func intake(_ rule: SequenceRule = .increasing) -> EventIntake {
        var intake = EventIntake(venue: VenueIndex(0), rule: rule)
        intake.add(self.a)
        return intake
    }

    /// What became of quotes with these numbers: the flags of those that were handed over, or `nil`.
    private func fates(_ numbers: [UInt64], _ rule: SequenceRule) -> [String] {
        var intake = self.intake(rule)
        return numbers.map { number in
            intake.batch.removeAll()
            intake.tally = FeedTally()
            intake.take([.quote(quote(self.a, number))], at: self.now)
            if case .quote(let quote)? = intake.batch.first?.payload {
                return quote.flags.contains(.repeated) ? "repeated" : "new"
            }
            return RejectReason.allCases.first { intake.tally.rejected(.quote, $0) == 1 }?.label ?? "lost"
        }
    }

    @Test("takes only greater numbers where they increase")
    func increasing() {
        #expect(
            self.fates([5, 6, 6, 5, 1, 0, 7, 9], .increasing)
                == ["new", "new", "duplicate", "out_of_order", "out_of_order", "new", "new", "new"]
        )
    }

    @Test("takes an equal number as a repeat, and 1 as a restart, where the venue repeats")
    func repeating() {
        #expect(
            self.fates([5, 5, 6, 5, 1, 1, 2, 0, 2], .repeating)
                == ["new", "repeated", "new", "out_of_order", "new", "repeated", "new", "new", "repeated"]
        )
    }

    @Test("follows a venue that numbers anew, with the third quote of the new numbering")
    func renumbered() {
        #expect(
            self.fates([90, 5, 6, 7, 8], .increasing) == ["new", "out_of_order", "out_of_order", "new", "new"]
        )
        #expect(
            self.fates([90, 5, 4, 6, 90, 7, 8, 91], .increasing)
                == [
                    "new", "out_of_order", "out_of_order", "out_of_order", "duplicate", "out_of_order", "out_of_order",
                    "new",
                ]
        )
        #expect(
            self.fates([90, 2, 2, 3, 3], .repeating) == ["new", "out_of_order", "out_of_order", "new", "repeated"]
        )
        #expect(self.fates([90, 5, 5, 5], .increasing).last == "out_of_order")
    }

    @Test("marks the standing quote once a run of old numbers", arguments: [SequenceRule.increasing, .repeating])
    func outOfOrderMarks(rule: SequenceRule) {
        var intake = self.intake(rule)
        let quotes = [90, 5, 4, 91, 7, 8, 9].map { quote(self.a, $0) }
        intake.take(quotes.map { .quote($0) }, at: self.now)
        let mark = RawElement.Payload.stale(self.a, .lost, at: self.now)
        #expect(
            intake.batch.map(\.payload) == [.quote(quotes[0]), mark, .quote(quotes[3]), mark, .quote(quotes[6])]
        )
        #expect(intake.tally.synthetic == 2 && intake.tally.rejected(.quote, .outOfOrder) == 4)
        // REST is asked, for the symbol may rest from now on; but nothing was lost.
        #expect(intake.findings.toResync == [self.a, self.a] && intake.findings.holes == 0)
        #expect(!intake.isResyncing(self.a))
        #expect(intake.tally.eventsIn == UInt64(intake.batch.count) + intake.tally.rejectedTotal)
    }

    @Test("takes what the venue's clock puts before the last one, and counts it")
    func exchangeTimesGoBack() {
        var intake = self.intake()
        let quoteTimes: [Int64?] = [5, 7, 6, nil, 6, 9, 8]
        for (number, nanoseconds) in zip(UInt64(1)..., quoteTimes) {
            let instant = nanoseconds.map { Timestamp(nanoseconds: $0) } ?? .never
            intake.take([.quote(quote(self.a, number, exchangeTime: instant))], at: self.now)
        }
        // One that is not taken moves nothing.
        intake.take([.quote(quote(self.a, 3, exchangeTime: Timestamp(nanoseconds: 1)))], at: self.now)
        for (number, instant) in zip(UInt64(1)..., [4, 4, 3] as [Int64]) {
            intake.take([.trade(trade(self.a, number, exchangeTime: Timestamp(nanoseconds: instant)))], at: self.now)
        }
        #expect(intake.tally.quoteTimesBack == 2 && intake.tally.tradeTimesBack == 1)
        #expect(intake.tally.rejectedTotal == 1)
    }

    @Test("begins anew with a new connection")
    func reconnect() {
        var intake = self.intake()
        intake.take([.quote(quote(self.a, 9))], at: self.now)
        intake.reconnect(self.a)
        intake.take([.quote(quote(self.a, 3))], at: self.now)
        #expect(intake.batch.count == 2)
    }

    @Test("withdraws the quote that an unusable one would replace, but not for a bad trade or an old number")
    func withdrawal() {
        var intake = self.intake()
        intake.take(
            [
                .rejected(self.a, .quote, .notPositive), .rejected(self.a, .quote, .unrepresentable),
                .rejected(self.a, .trade, .notPositive), .rejected(nil, .quote, .unknownSymbol),
            ],
            at: self.now
        )
        #expect(intake.batch.map(\.payload) == [.withdrawn(self.a, at: self.now), .withdrawn(self.a, at: self.now)])
        #expect(intake.tally.synthetic == 2 && intake.tally.rejectedTotal == 4)
        let sweep = intake.sweep([self.a], patience: EventIntake.Patience(), elapsed: 1, at: self.now)
        #expect(sweep.watched == 1 && sweep.stale == 1, "without a quote nothing is known to stand")
    }

    @Test("marks only what the engine holds as fresh, and that once")
    func marks() {
        var intake = self.intake()
        intake.markStale(self.a, .session, at: self.now)
        #expect(intake.batch.isEmpty)
        intake.take([.quote(quote(self.a, 1))], at: self.now)
        intake.markStale(self.a, .session, at: self.now)
        intake.markStale(self.a, .clock, at: self.now)
        #expect(intake.batch.map(\.payload).last == .stale(self.a, .session, at: self.now))
        #expect(intake.batch.count == 2 && intake.tally.synthetic == 1)
    }

    @Test("suspects a subscription only when two lists in a row differ without a quote in between")
    func suspicion() {
        var intake = self.intake()
        let minute: Int64 = 60_000_000_000
        let listed = { (time: Int64) in
            quote(self.a, 0, bid: ExactDecimal(mantissa: 9, scale: 1), at: Timestamp(nanoseconds: time))
        }
        func audit(_ time: Int64) -> EventIntake.Audit {
            intake.audit(listed(time), patience: EventIntake.Patience(), at: Timestamp(nanoseconds: time))
        }
        intake.take([.quote(quote(self.a, 1))], at: self.now)
        #expect(audit(minute) == .differs)
        intake.take([.quote(quote(self.a, 2))], at: Timestamp(nanoseconds: minute + 1))
        #expect(audit(2 * minute) == .differs)
        #expect(audit(3 * minute) == .contradicted)
    }

    @Test("seeds only what is acknowledged and has no frame yet")
    func seeds() {
        var intake = self.intake()
        intake.seed(quote(self.a, 0))
        #expect(intake.batch.isEmpty && intake.tally.eventsIn == 0)
        intake.acknowledge(self.a, at: self.now)
        intake.seed(quote(self.a, 0))
        #expect(intake.subscription(of: self.a) == .seeded && intake.batch.count == 1)
        intake.seed(quote(self.a, 0))
        #expect(intake.subscription(of: self.a) == .seeded && intake.batch.count == 2)
        intake.take([.quote(quote(self.a, 1))], at: self.now)
        #expect(intake.subscription(of: self.a) == .live && intake.firsts == [self.a])
        intake.seed(quote(self.a, 0))
        #expect(intake.batch.count == 3 && intake.tally.events(.seed) == 2)
    }

    @Test("makes a seed stale that nothing proves any more, and takes the next one")
    func unseed() {
        var intake = self.intake()
        intake.acknowledge(self.a, at: self.now)
        intake.unseed(self.a, at: self.now)
        #expect(intake.batch.isEmpty)
        intake.seed(quote(self.a, 0))
        intake.unseed(self.a, at: self.now)
        #expect(intake.batch.map(\.payload).last == .stale(self.a, .subscription, at: self.now))
        #expect(intake.subscription(of: self.a) == .acknowledged && intake.wantsSeed(self.a))
        intake.seed(quote(self.a, 0))
        #expect(intake.batch.count == 3)
        intake.take([.quote(quote(self.a, 1))], at: self.now)
        intake.unseed(self.a, at: self.now)
        #expect(intake.batch.count == 4 && !intake.wantsSeed(self.a))
    }

    @Test("may be seeded again after a step of the clock, and keeps the numbers")
    func clockStep() {
        var intake = self.intake()
        intake.acknowledge(self.a, at: self.now)
        intake.take([.quote(quote(self.a, 9))], at: self.now)
        intake.becomeUnproven(self.a, .clock, at: self.now)
        #expect(intake.batch.map(\.payload).last == .stale(self.a, .clock, at: self.now))
        #expect(intake.subscription(of: self.a) == .acknowledged)
        intake.seed(quote(self.a, 0))
        #expect(intake.subscription(of: self.a) == .seeded && intake.tally.events(.seed) == 1)
        intake.take([.quote(quote(self.a, 9))], at: self.now)
        #expect(intake.subscription(of: self.a) == .live && intake.tally.rejected(.quote, .duplicate) == 1)
    }

    @Test("loses and doubles nothing, whatever comes", arguments: [SequenceRule.increasing, .repeating])
    func conservation(rule: SequenceRule) {
        for number in 0..<200 as Range<UInt64> {
            var seed = Seed(number)
            var intake = EventIntake(venue: VenueIndex(0), rule: rule)
            let all = (0..<5).map(InstrumentIndex.init)
            for instrument in all { intake.add(instrument) }
            var (sent, total) = (UInt64(0), FeedTally())
            for _ in 0..<300 {
                self.step(&intake, all, using: &seed)
                if Int.random(in: 0..<4, using: &seed) == 0 {
                    sent += UInt64(intake.batch.count)
                    total.add(intake.tally)
                    intake.batch.removeAll(keepingCapacity: true)
                    intake.tally = FeedTally()
                    #expect(total.eventsIn == sent + total.rejectedTotal, "\(seed)")
                    #expect(total.framesIn == total.framesOut + total.framesDroppedTotal, "\(seed)")
                }
                let counted = SubscriptionState.allCases.indices.reduce(0) { $0 + intake.subscriptions[$1] }
                #expect(counted == all.count, "\(seed)")
            }
        }
    }

    private func step(_ intake: inout EventIntake, _ all: [InstrumentIndex], using seed: inout Seed) {
        guard let instrument = all.randomElement(using: &seed) else { return }
        switch Int.random(in: 0..<16, using: &seed) {
        case 0: intake.reconnect(instrument)
        case 1: intake.acknowledge(instrument, at: self.now)
        case 2: intake.refuse(instrument)
        case 3: intake.seed(quote(instrument, 0))
        case 4: intake.markStale(instrument, StaleReason.allCases.randomElement(using: &seed) ?? .lost, at: self.now)
        case 5:
            intake.frameCame(bytes: 10)
            intake.frameDropped(FrameDropReason.allCases.randomElement(using: &seed) ?? .binary)
        case 6: intake.becomeUnproven(instrument, .clock, at: self.now)
        case 7: intake.unseed(instrument, at: self.now)
        default:
            intake.frameCame(bytes: 10)
            intake.frameDecoded()
            intake.take(
                (0..<Int.random(in: 0..<6, using: &seed)).map { _ in self.event(all, using: &seed) },
                at: self.now
            )
        }
    }

    private func event(_ all: [InstrumentIndex], using seed: inout Seed) -> FeedEvent {
        let instrument = InstrumentIndex(Int.random(in: 0...all.count, using: &seed))  // One is not ours.
        switch Int.random(in: 0..<6, using: &seed) {
        case 0: return .control(.notice)
        case 1:
            let kind: EventKind = Bool.random(using: &seed) ? .quote : .trade
            return .rejected(instrument, kind, RejectReason.allCases.randomElement(using: &seed) ?? .duplicate)
        default: return .quote(quote(instrument, UInt64.random(in: 0..<8, using: &seed)))
        }
    }
}
