import Core
import Metrics
import Venues

/// What a session needs for every frame, in one value: a frame looks once at whether its memory is in use.
struct FrameReader {
    enum Outcome {
        /// Read, and nothing else is to be done.
        case done
        /// Read, and it said something of the connection or a subscription: see ``events``.
        case care
        case malformed
        /// Not read: the connection is condemned, or not open yet.
        case closed
    }

    var adapter: any VenueAdapter
    /// What the last frame said.
    private(set) var events: EventBuffer = []
    private let lane: Lane
    private let transit: Histogram
    private let transitAhead: Histogram
    /// When the present burst came.
    private var stamp = Timestamp(nanoseconds: 0)
    /// The same instant as the wall clock shows it: what times of venues can be compared with.
    private var wall = Timestamp(nanoseconds: 0)
    private var isOpen = false
    private var isRetiring = false

    init(adapter: any VenueAdapter, lane: Lane, instrumentation: VenueInstruments) {
        (self.adapter, self.lane) = (adapter, lane)
        (self.transit, self.transitAhead) = (instrumentation.transit, instrumentation.transitAhead)
        self.events.reserveCapacity(1024)
    }

    /// A burst begins.
    ///
    /// - Parameters:
    ///   - stamp: When it came, by the receive clock.
    ///   - wall: The same instant as the wall clock shows it.
    ///   - isOpen: Whether its frames are to be read.
    ///   - isRetiring: Whether another connection carries on, so that they say nothing of subscriptions.
    mutating func begin(at stamp: Timestamp, wall: Timestamp, isOpen: Bool, isRetiring: Bool) {
        (self.stamp, self.wall, self.isOpen, self.isRetiring) = (stamp, wall, isOpen, isRetiring)
    }

    /// What is left of the burst is not read.
    mutating func close() { self.isOpen = false }

    /// Decodes, judges and counts one text frame.
    mutating func read(_ frame: Span<UInt8>, into intake: inout EventIntake) -> Outcome {
        guard self.isOpen else { return .closed }
        do throws(FrameError) {
            try intake.receive(frame, with: &self.adapter, into: &self.events, at: self.stamp, on: self.lane)
        } catch {
            switch error {
            case .malformed: return .malformed
            case .unknownType: return .done
            }
        }
        if self.isRetiring { return .done }
        var needsCare = !intake.firsts.isEmpty
        for event in self.events {
            switch event {
            case .quote(let quote): self.observeTransit(from: quote.exchangeTime)
            case .trade(let trade): self.observeTransit(from: trade.exchangeTime)
            case .control: needsCare = true
            case .rejected: break
            }
        }
        return needsCare ? .care : .done
    }

    /// How long an event was on its way, by two clocks that need not agree.
    private func observeTransit(from instant: Timestamp) {
        guard instant != .never else { return }
        let transit = Double(self.wall.nanoseconds(since: instant)) / 1e9
        if transit >= 0 { self.transit.observe(transit) } else { self.transitAhead.observe(-transit) }
    }
}
