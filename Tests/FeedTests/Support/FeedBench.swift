import Core
import Logging
import Metrics
import NIOCore
import NIOPosix
import Synchronization
import TestSupport

@testable import Feed

/// A venue's feed with everything around it, wired to a loopback server, and an end where the elements come out.
final class FeedBench: Sendable {
    let channel: RawChannel
    let registry = Registry()
    let metrics: FeedMetrics
    let clock = ReceiveClock()
    let rest: RestClient
    let loop: any EventLoop
    let feed: VenueFeed
    private let wakes: Incoming<Void>
    private let output: Mutex<[RawElement]>

    init(
        _ server: LoopbackServer,
        scheme: String = "ws",
        host: String = "127.0.0.1",
        caFile: String? = nil,
        restPort: Int? = nil,
        deadAfter: Duration? = nil,
        configure: (inout VenueSettings) -> Void = { _ in }
    ) {
        let wakes = Incoming<Void>()
        self.wakes = wakes
        self.channel = RawChannel(capacity: 10_000, venues: 1) { wakes.put(()) }
        self.metrics = FeedMetrics(self.registry)
        self.output = Mutex([])
        self.rest = RestClient(settings: RestSettings(version: "test"), clock: self.clock)
        self.loop = MultiThreadedEventLoopGroup.singleton.next()
        var settings = VenueSettings(
            restBase: "http://127.0.0.1:\(restPort ?? 1)",
            webSocketBase: "\(scheme)://\(host):\(server.port)",
            deadAfter: deadAfter,
            caFile: caFile
        )
        (settings.hasTrades, settings.tick) = (false, .milliseconds(20))
        configure(&settings)
        self.feed = VenueFeed(
            adapter: FakeVenue.self,
            index: VenueIndex(0),
            settings: settings,
            eventLoop: self.loop,
            channel: self.channel,
            rest: self.rest,
            clock: self.clock,
            metrics: self.metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    func watch(_ names: String...) {
        self.feed.watch(names.map { (Self.instrument($0), $0) })
    }

    static func instrument(_ name: String) -> InstrumentIndex {
        InstrumentIndex(Int(name.utf8.first ?? 0) - Int(UInt8(ascii: "A")))
    }

    /// Takes elements until there are `count` of those that `isWanted` lets through.
    func elements(_ count: Int, _ isWanted: (RawElement) -> Bool) async -> [RawElement] {
        var wanted: [RawElement] = []
        while wanted.count < count {
            var (batch, displaced): ([RawElement], [InstrumentIndex]) = ([], [])
            switch self.channel.take(into: &batch, displaced: &displaced, completed: EngineTally()) {
            case .batch: wanted += batch.filter(isWanted)
            case .empty: await self.wakes.next()
            case .finished: return wanted
            }
        }
        return wanted
    }

    func quotes(_ count: Int) async -> [Quote] {
        await self.elements(count) { if case .quote = $0.payload { true } else { false } }.compactMap {
            if case .quote(let quote) = $0.payload { quote } else { nil }
        }
    }

    /// Looks again every few milliseconds until `condition` holds; the suite's time limit ends a wait in vain.
    func until(_ condition: () -> Bool) async throws {
        while !condition() { try await self.loop.scheduleTask(in: .milliseconds(2)) {}.futureResult.get() }
    }

    /// One line of the exposition, such as `arb1d_feed_streams{venue="fake"}`.
    func value(_ series: String) -> Double? {
        let lines = String(decoding: self.registry.render(), as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(series + " ") }
        let value = line.flatMap { Double($0.dropFirst(series.utf8.count + 1)) }
        MovedFamilies.note(series: series, value: value)
        return value
    }

    func finish() async {
        await self.feed.stop()
        self.rest.shutDown()
    }
}
