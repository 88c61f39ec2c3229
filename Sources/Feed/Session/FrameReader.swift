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

    /// Decodes, judges and counts the usual quotes that a run of text frames begins with.
    ///
    /// - Returns: How many frames were read.
    mutating func readUsual(
        _ bytes: Span<UInt8>,
        at places: Span<Range<Int>>,
        into intake: inout EventIntake
    ) -> Int {
        guard self.isOpen else { return 0 }
        let count = intake.receiveUsual(
            bytes,
            at: places,
            with: &self.adapter,
            into: &self.events,
            at: self.stamp,
            on: self.lane
        )
        if count > 0, !self.isRetiring { self.observeTransits() }
        return count
    }

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
        let hasControls = self.observeTransits()
        return hasControls || !intake.firsts.isEmpty ? .care : .done
    }

    /// Observes how long each event was on its way; those in a row that were under way equally long at once.
    ///
    /// - Returns: Whether something else was among them that is to be acted on.
    @discardableResult
    private func observeTransits() -> Bool {
        var (instant, count, hasControls) = (Timestamp.never, UInt64(0), false)
        for event in self.events {
            let next: Timestamp
            switch event {
            case .quote(let quote): next = quote.exchangeTime
            case .trade(let trade): next = trade.exchangeTime
            case .control:
                hasControls = true
                continue
            case .rejected: continue
            }
            if next != instant {
                self.observeTransit(from: instant, count)
                (instant, count) = (next, 0)
            }
            count += 1
        }
        self.observeTransit(from: instant, count)
        return hasControls
    }

    /// How long events were on their way, by two clocks that need not agree.
    private func observeTransit(from instant: Timestamp, _ count: UInt64) {
        guard instant != .never, count > 0 else { return }
        let transit = Double(self.wall.nanoseconds(since: instant)) / 1e9
        if transit >= 0 {
            self.transit.observe(transit, count: count)
        } else {
            self.transitAhead.observe(-transit, count: count)
        }
    }
}
