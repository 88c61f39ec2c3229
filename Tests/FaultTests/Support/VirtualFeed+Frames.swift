import Core
import Simulation
import Venues

@testable import Feed

/// What arrives.
extension VirtualFeed {
    func receive() {
        guard let id = self.connection else { return }
        for arrival in self.network.take(id) {
            guard self.connection == id else {
                // The connection ended with what came just before.
                if case .bytes(let bytes) = arrival, Self.isData(bytes) { self.lost += 1 }
                continue
            }
            switch arrival {
            case .bytes(let bytes):
                self.walk(bytes)
                self.machine.received(at: self.now)
            case .end(let isReset): self.lose(isReset ? .reset : .closed)
            }
            if let reason = self.condemned {
                self.condemned = nil
                self.lose(reason)
            }
        }
    }

    func walk(_ bytes: [UInt8]) {
        var sink = Sink(feed: self)
        let before = self.intake.tally.framesIn
        do throws(FrameViolation) {
            try self.walker.walk(bytes.span, into: &sink)
            // A torn frame is all that is ever not whole here.
            if Self.isData(bytes), self.intake.tally.framesIn == before { self.lost += 1 }
        } catch {
            self.intake.frameCame(bytes: 0)
            self.intake.frameDropped(error == .oversized ? .oversized : .malformed)
            self.condemned = .garbage
        }
    }

    func decode(_ payload: Span<UInt8>) -> Bool {
        do throws(FrameError) {
            try self.intake.receive(payload, into: &self.events, at: self.stamp) { frame, events throws(FrameError) in
                try self.adapter.decode(frame, receivedAt: self.stamp, into: &events)
            }
        } catch {
            if error == .malformed { self.condemned = .garbage }
            return error != .malformed
        }
        for instrument in self.intake.firsts {
            self.perform(self.machine.dataCame(for: self.names[instrument.position], at: self.now))
        }
        for event in self.events {
            guard case .control(let control) = event else { continue }
            switch control {
            case .acknowledged(let request): self.perform(self.machine.acknowledged(request, at: self.now))
            case .refused(let request, let text):
                let words = venueWords(payload.extracting(text.clamped(to: 0..<payload.count)))
                self.perform(self.machine.refused(request, words: words, at: self.now))
            case .shutdownAnnounced: self.perform(self.machine.announced(at: self.now))
            case .pong, .notice: break
            }
        }
        return true
    }

    struct Sink: FrameSink {
        let feed: VirtualFeed

        mutating func text(_ payload: Span<UInt8>) -> Bool { self.feed.decode(payload) }

        mutating func binary(_ payload: Span<UInt8>) {
            self.feed.intake.frameCame(bytes: payload.count)
            self.feed.intake.frameDropped(.binary)
        }

        mutating func ping(_ payload: Span<UInt8>) {
            guard let id = self.feed.connection else { return }
            self.feed.machine.answeredPing(at: self.feed.now)
            self.feed.network.send(.pong(payload.indices.map { payload[$0] }), on: id)
        }

        mutating func pong() {}
        mutating func close(_ frame: CloseFrame) {}
    }
}
