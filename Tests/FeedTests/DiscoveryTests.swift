import Metrics
import Testing
import Venues

@testable import Feed

@Suite("Universe planner")
struct UniversePlannerTests {
    private func listing(_ volumes: [(String, Double)], quote: String = "USDT") -> VenueListing {
        VenueListing(
            listing: Listing(
                instruments: volumes.map { ListedInstrument(venueSymbol: $0.0 + "_" + quote, base: $0.0, quote: quote) }
            ),
            volumes: .init(uniqueKeysWithValues: volumes.map { ($0.0 + "_" + quote, $0.1) })
        )
    }

    private func names(_ plan: [[ListedInstrument]]) -> [[String]] { plan.map { $0.map(\.base) } }

    private func planner(min: Double = 0, max: Int = 100, symbols: Set<String>? = nil) -> UniversePlanner {
        UniversePlanner(quoteAssets: ["USDT"], symbols: symbols, minQuoteVolume: min, maxInstrumentsPerVenue: max)
    }

    @Test("keeps what two venues list, by volume on the first, then by name")
    func order() {
        let plan = self.planner().plan([
            self.listing([("A", 1), ("B", 9), ("C", 5), ("D", 5), ("ALONE", 99)]),
            self.listing([("D", 9), ("C", 1), ("B", 1), ("A", 100), ("E", 7)]),
            self.listing([("E", 8), ("B", 1)]),
        ])
        #expect(self.names(plan) == [["B", "C", "D", "A"], ["B", "E", "C", "D", "A"], ["E", "B"].reversed()])
    }

    @Test("counts a venue only where enough is traded")
    func volume() {
        let venues = [self.listing([("A", 10), ("B", 10)]), self.listing([("A", 10), ("B", 9)])]
        #expect(self.names(self.planner(min: 10).plan(venues)) == [["A"], ["A"]])
    }

    @Test("leaves out quote assets that are not allowed, and a venue that did not answer")
    func quotes() {
        let venues = [self.listing([("A", 10)], quote: "USDC"), self.listing([("A", 10)], quote: "USDC"), nil]
        #expect(self.names(self.planner().plan(venues)) == [[], [], []])
    }

    @Test("watches the symbols that were named, whatever their volume, and no others")
    func named() {
        let venues = [self.listing([("A", 0), ("B", 9)]), self.listing([("A", 0), ("B", 9)])]
        #expect(self.names(self.planner(min: 5, symbols: ["AUSDT"]).plan(venues)) == [["A"], ["A"]])
    }

    @Test("never goes over the limit of a venue, and leaves no symbol alone on one")
    func limit() {
        let venues = [
            self.listing([("A", 9), ("B", 8), ("C", 7)]), self.listing([("A", 9), ("B", 8), ("C", 7)]),
            self.listing([("C", 7)]),
        ]
        #expect(self.names(self.planner(max: 2).plan(venues)) == [["A", "B"], ["A", "B"], []])
    }

    @Test("adds to what is watched already")
    func watched() {
        let venues = [nil, self.listing([("A", 9), ("B", 8)]), self.listing([("B", 1)])]
        let plan = self.planner(max: 2).plan(venues, watched: [["AUSDT"], ["BUSDT"], []])
        #expect(self.names(plan) == [[], ["A"], ["B"]])
    }

    @Test("chooses the same whatever the order in which a venue lists")
    func deterministic() {
        for number in 0..<50 as Range<UInt64> {
            var seed = Seed(number)
            let some = (0..<30).map { ("S\($0)", Double(Int.random(in: 0..<5, using: &seed))) }
            let (first, second) = (some.shuffled(using: &seed), some.shuffled(using: &seed))
            let planner = self.planner(min: 1, max: 10)
            let plan = planner.plan([self.listing(first), self.listing(second)])
            #expect(plan == planner.plan([self.listing(some), self.listing(some)]), "\(seed)")
            #expect(plan[0].count <= 10 && plan[0].map(\.symbol) == plan[1].map(\.symbol), "\(seed)")
        }
    }
}

@Suite("Discovery", .timeLimit(.minutes(5)))
struct DiscoveryTests {
    private func discover(_ answer: @escaping @Sendable (Peer) -> Void) async throws -> Result<
        VenueListing, DiscoveryError
    > {
        let server = try await LoopbackServer.start(onRequest: answer)
        let client = RestClient(settings: RestSettings(version: "test"), clock: ReceiveClock())
        defer { client.shutDown() }
        let rest = VenueRest(
            venue: "fake",
            base: "http://127.0.0.1:\(server.port)",
            catalog: FakeCatalog(),
            client: client,
            clock: ReceiveClock(),
            metrics: FeedMetrics(Registry())
        )
        do throws(DiscoveryError) {
            return .success(try await Discovery(rest: rest).list())
        } catch {
            return .failure(error)
        }
    }

    @Test("lists instruments with their volumes")
    func list() async throws {
        let result = try await self.discover { peer in
            let body = peer.path == "/instruments" ? "A_B A B\n" : "A_B 12.5\n"
            peer.answer("200 OK", headers: "Connection: close\r\n", body: Array(body.utf8))
        }
        let found = try result.get()
        #expect(found.listing.instruments == [ListedInstrument(venueSymbol: "A_B", base: "A", quote: "B")])
        #expect(found.volumes == ["A_B": 12.5])
    }

    @Test("says what was wrong, and how long to leave the venue alone")
    func failures() async throws {
        let banned = try await self.discover { $0.answer("429 Slow down", headers: "Retry-After: 99\r\n") }
        #expect(throws: DiscoveryError.status(.instruments, 429, patience: .seconds(99))) { try banned.get() }
        let malformed = try await self.discover { $0.answer("200 OK", body: Array("A\n".utf8)) }
        #expect(throws: DiscoveryError.unreadable(.instruments, .malformed(at: 0))) { try malformed.get() }
        let broken = try await self.discover { $0.close() }
        #expect(throws: DiscoveryError.unreachable(.instruments, .reset)) { try broken.get() }
    }
}
