import Core
import Metrics
import TestSupport
import Testing

@testable import arb1d

@Suite("What is exported of a channel")
struct ChannelLedgerTests {
    private func scrape(_ registry: Registry) -> [String] {
        let exposition = String(decoding: registry.render(), as: UTF8.self)
        MovedFamilies.note(exposition)
        return exposition.split(separator: "\n").map(String.init)
    }

    @Test("its largest depth tells of a burst that was over before anybody looked, to two scrapers alike, for a minute")
    func burst() {
        let registry = Registry()
        let channel = RawChannel(capacity: 1_000, venues: 1, wake: {})
        Self.register(channel, in: registry)
        func beat(second: Int64) {
            var (tally, batch) = (FeedTally(), [RawElement]())
            tally.synthetic = 1
            batch.append(RawElement(.heartbeat(loop: 0, sentAt: Timestamp(milliseconds: second * 1_000)), venue: .none))
            channel.send(&batch, tally: &tally, venue: .none)
            self.take(channel)
        }
        beat(second: 1)
        var (tally, burst) = (FeedTally(), Array(repeating: RawElement(.control, venue: VenueIndex(0)), count: 300))
        channel.send(&burst, tally: &tally, venue: VenueIndex(0))
        let depth = "arb1d_channel_depth{channel=\"raw\",shard=\"0\"} "
        #expect(self.scrape(registry).contains(depth + "300"))
        self.take(channel)
        let most = "arb1d_channel_depth_max{channel=\"raw\",shard=\"0\"} "
        for second: Int64 in [2, 17, 32, 47] {
            beat(second: second)
            for _ in 0..<2 {
                let lines = self.scrape(registry)
                #expect(lines.contains(depth + "0"))
                #expect(lines.contains(most + "300"), "after \(second) s")
            }
        }
        beat(second: 66)
        #expect(self.scrape(registry).contains(most + "1"))
        // More than there is room for.
        burst = Array(repeating: RawElement(.control, venue: VenueIndex(0)), count: 1_200)
        channel.send(&burst, tally: &tally, venue: VenueIndex(0))
        let lines = self.scrape(registry)
        let dropped = "arb1d_channel_dropped_total{channel=\"raw\",venue=\"A\",reason=\"displaced\"} 200"
        for line in [depth + "1000", most + "1000", dropped] { #expect(lines.contains(line), "\(line)") }
    }

    @Test("elements that no ledger of a feed accounts for are a residual, of that stage alone")
    func residual() {
        let registry = Registry()
        let channel = RawChannel(capacity: 1_000, venues: 1, wake: {})
        Self.register(channel, in: registry)
        var (tally, burst) = (FeedTally(), Array(repeating: RawElement(.control, venue: VenueIndex(0)), count: 300))
        channel.send(&burst, tally: &tally, venue: VenueIndex(0))
        let residuals = self.scrape(registry).filter { $0.hasPrefix("arb1d_flow_residual{") }
        #expect(residuals.contains("arb1d_flow_residual{stage=\"raw\"} 0"))
        #expect(residuals.filter { !$0.hasSuffix(" 0") } == ["arb1d_flow_residual{stage=\"feed\"} 300"])
    }

    private static func register(_ channel: RawChannel, in registry: Registry) {
        FlowCollector.register(
            in: registry,
            sources: FlowSources(
                channel: channel,
                updates: UpdateChannel(capacity: 1_000, venues: 1, wake: {}),
                now: { Timestamp(milliseconds: 0) }
            ),
            venues: ["A"]
        )
    }

    private func take(_ channel: RawChannel) {
        var (batch, displaced): ([RawElement], [InstrumentIndex]) = ([], [])
        _ = channel.take(into: &batch, displaced: &displaced, completed: EngineTally())
    }
}
