import Core
import Metrics
import NIOCore
import Venues

extension FeedSession: FrameHandlerDelegate {
    func readBegan() {
        self.isReading = true
        self.readAt = self.clock.monotonic
        self.reader.begin(
            at: self.clock.timestamp(of: self.readAt),
            wall: self.clock.wall(of: self.readAt),
            isOpen: (self.machine.isOpen || self.isRetiring) && self.condemned == nil,
            isRetiring: self.isRetiring
        )
    }

    func received(texts bytes: Span<UInt8>, at places: Span<Range<Int>>) -> Int {
        let taken = self.reader.readUsual(bytes, at: places, into: &self.context.shared.intake)
        if taken > 0 { self.careForFirsts() }
        return taken
    }

    func received(text payload: Span<UInt8>) -> Bool {
        switch self.reader.read(payload, into: &self.context.shared.intake) {
        case .done: return true
        case .care:
            self.care(for: payload)
            return self.condemned == nil
        case .malformed:
            self.condemn(.garbage, venueWords(payload))
            return false
        case .closed: return self.closed != nil
        }
    }

    /// What a frame says of the connection or a subscription.
    private func care(for payload: Span<UInt8>) {
        self.careForFirsts()
        for event in self.reader.events {
            if case .control(let control) = event { self.act(on: control, of: payload) }
        }
    }

    private func careForFirsts() {
        guard !self.isRetiring, !self.intake.firsts.isEmpty else { return }
        if self.firstQuoteAt == nil { self.firstQuoteAt = self.readAt }
        for instrument in self.intake.firsts {
            if let symbol = self.names[instrument] { self.step { $0.dataCame(for: symbol, at: $1) } }
        }
    }

    private func act(on control: ControlEvent, of payload: Span<UInt8>) {
        switch control {
        case .acknowledged(let request): self.step { $0.acknowledged(request, at: $1) }
        case .refused(let request, let text):
            let words = venueWords(payload.extracting(text.clamped(to: 0..<payload.count)))
            var refused: [Topics] = []
            self.step { machine, now in
                let actions = machine.refused(request, words: words, at: now)
                for case .refused(let topics) in actions { refused.append(topics) }
                return actions
            }
            for topics in refused { self.owner?.sessionRefused(topics, words: words) }
        case .shutdownAnnounced: self.step { $0.announced(at: $1) }
        case .pong, .notice: break
        }
    }

    func received(binary payload: Span<UInt8>) {
        guard self.machine.isOpen || self.isRetiring else { return }
        self.intake.frameCame(bytes: payload.count)
        self.intake.frameDropped(.binary)
    }

    func answeredPing() { self.machine.answeredPing(at: self.readAt) }

    func violated(_ violation: FrameViolation) {
        guard self.machine.isOpen || self.isRetiring else { return }
        self.intake.frameCame(bytes: 0)
        self.intake.frameDropped(violation == .oversized ? .oversized : .malformed)
        self.condemn(.garbage, "\(violation)")
    }

    func condemn(_ reason: LossReason, _ words: String?) {
        guard self.condemned == nil else { return }
        (self.condemned, self.condemnedWords) = (reason, words)
        self.reader.close()
    }

    func readEnded(frames: Int) {
        self.isReading = false
        if frames > 0 {
            self.machine.received(at: self.readAt)
            self.instrumentation.decoded(nanoseconds: self.clock.monotonic.nanoseconds - self.readAt.nanoseconds)
            self.lastFrameAt = self.readAt
            if self.intake.hasQuoteCome { self.lastQuoteAt = self.readAt }
        }
        if let reason = self.condemned {
            let (handler, words) = (self.handler, self.condemnedWords)
            self.handler = nil  // Its end is no news any more.
            handler?.close(code: reason == .garbage ? 1002 : 1000)
            self.lose(reason, words: words)
        }
        self.owner?.readEnded(at: self.readAt, frames: frames)
    }

    func connectionEnded(_ handler: FrameHandler, close: CloseFrame?, error: (any Error)?) {
        guard handler === self.handler else { return }
        if self.closed != nil || self.isRetiring { return self.abandon() }
        let words = close.map { "\($0.code.map(String.init) ?? "no code") \(venueWords($0.reason))" }
        if self.machine.isOpen {
            let reason: LossReason = self.condemned ?? self.leaving ?? (error == nil ? .closed : .reset)
            self.lose(reason, words: words ?? error.map { venueWords("\($0)") })
            self.owner?.readEnded(at: self.readAt, frames: 0)
        } else {
            self.connectFailed(.http(status: nil), words: words)
        }
    }
}
