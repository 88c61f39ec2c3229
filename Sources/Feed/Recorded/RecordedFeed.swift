public import Core
import Metrics
public import Venues

/// Everything that came from one venue, out of recordings instead of sockets: the same adapters, the same judgement of
/// events, and the same way into the raw channel as ``VenueFeed``, on the caller's thread and without any clock.
///
/// A recorded connection neither fails nor ends: what a live session would do about a broken frame or a long silence is
/// left out, and the frame is counted all the same.
public final class RecordedFeed {
    private struct Connection {
        var adapter: any VenueAdapter
        /// So many symbols its adapter knows.
        var symbolCount = 0
    }

    private let venue: VenueIndex
    private let adapterType: any VenueAdapter.Type
    private let channel: RawChannel
    private let instruments: VenueInstruments
    private var intake: EventIntake
    private let learn: (String) -> InstrumentIndex?
    private let maxMessageBytes = VenueSettings().maxMessageBytes
    private var symbols = SymbolTable([])
    private var connections: [Connection] = []
    private var events: EventBuffer = []

    /// Wires a venue up.
    ///
    /// - Parameters:
    ///   - adapter: Of it one value is made for each connection.
    ///   - index: The number under which the channel counts.
    ///   - channel: Where elements and counts go after each frame.
    ///   - metrics: Where the venue's own figures are shown.
    ///   - learn: Asked once for each venue symbol that appears in a frame, before any element of it is sent: gives it
    ///     an index, or `nil` to leave it unknown.
    public init(
        adapter: any VenueAdapter.Type,
        index: VenueIndex,
        channel: RawChannel,
        metrics: FeedMetrics,
        learn: @escaping (_ venueSymbol: String) -> InstrumentIndex?
    ) {
        self.adapterType = adapter
        self.venue = index
        self.channel = channel
        self.instruments = VenueInstruments(metrics, venue: adapter.profile.name)
        self.intake = EventIntake(venue: index, rule: adapter.profile.sequence, trades: adapter.profile.trades)
        self.learn = learn
    }

    /// Opens one more recorded connection, and gives its number.
    public func connect() -> Int {
        self.connections.append(Connection(adapter: self.adapterType.init(symbols: self.symbols)))
        self.instruments.moved(from: nil, to: .live)
        return self.connections.count - 1
    }

    /// Takes one text frame and hands what came of it to the raw channel.
    public func receive(_ frame: Span<UInt8>, on connection: Int, at now: Timestamp) {
        if frame.count > self.maxMessageBytes {
            self.intake.frameCame(bytes: 0)
            self.intake.frameDropped(.oversized)
        } else {
            self.intake.frameCame(bytes: frame.count)
            self.events.removeAll(keepingCapacity: true)
            do throws(FrameError) {
                try self.decode(frame, on: connection, at: now, into: &self.events)
                self.intake.frameDecoded()
                self.intake.take(self.events, at: now)
            } catch {
                // There is no connection to give up.
                self.intake.frameFailed(error)
            }
        }
        self.instruments.lastFrame.set(now.seconds)
        if self.intake.takeQuoteCame() { self.instruments.lastQuote.set(now.seconds) }
        self.intake.handOver(to: self.channel)
        self.takeFindings()
        guard self.intake.haveSubscriptionsMoved else { return }
        self.intake.haveSubscriptionsMoved = false
        self.instruments.show(self.intake.subscriptions, trades: self.intake.tradeSubscriptions)
    }

    /// A hole is counted; nobody can be asked what stands, so the next quote ends it.
    private func takeFindings() {
        guard !self.intake.findings.isEmpty else { return }
        self.instruments.tradeGaps.increment(by: self.intake.findings.holes)
        for nanoseconds in self.intake.findings.resynced {
            self.instruments.resyncSeconds.observe(Double(nanoseconds) / 1e9)
        }
        self.intake.findings = IntakeFindings()
    }

    /// Decodes a frame, and once more when it brought a symbol that is new and wanted.
    private func decode(
        _ frame: Span<UInt8>,
        on connection: Int,
        at now: Timestamp,
        into events: inout EventBuffer
    ) throws(FrameError) {
        self.bringUpToDate(connection)
        try self.connections[connection].adapter.decode(frame, receivedAt: now, into: &events)
        guard events.contains(where: Self.isOfUnknownSymbol), self.learnSymbol(of: frame) else { return }
        self.bringUpToDate(connection)
        events.removeAll(keepingCapacity: true)
        try self.connections[connection].adapter.decode(frame, receivedAt: now, into: &events)
    }

    private static func isOfUnknownSymbol(_ event: FeedEvent) -> Bool {
        if case .rejected(_, _, .unknownSymbol) = event { true } else { false }
    }

    /// Whether the frame's symbol is known from now on.
    private func learnSymbol(of frame: Span<UInt8>) -> Bool {
        guard let venueSymbol = self.adapterType.venueSymbol(in: frame), !venueSymbol.isEmpty else { return false }
        let bytes = Array(venueSymbol.utf8)
        guard self.symbols.instrument(for: bytes.span) == nil else { return false }
        guard let instrument = self.learn(venueSymbol) else { return false }
        self.symbols.add(venueSymbol, instrument)
        self.intake.add(instrument)
        return true
    }

    /// Another connection of the venue may have brought symbols since.
    private func bringUpToDate(_ connection: Int) {
        guard self.connections[connection].symbolCount != self.symbols.count else { return }
        self.connections[connection].symbolCount = self.symbols.count
        self.connections[connection].adapter.extend(to: self.symbols)
    }
}
