import Core
import Metrics
import NIOCore
import Venues

extension FeedSession {
    func connect(at now: MonotonicInstant) {
        if let admitted = self.owner?.admitConnect(at: now) {
            self.instrumentation.failed(.limit)
            self.change { $0.postpone(until: admitted) }
            return
        }
        self.attempt += 1
        self.attemptStart = now
        self.instrumentation.connectAttempts.increment()
        let attempt = self.attempt
        self.connector.connect(
            on: self.loop,
            makeHandler: {
                let handler = FrameHandler(delegate: self, maxMessageBytes: self.maxMessageBytes)
                if attempt == self.attempt { self.handler = handler }
                return handler
            },
            connected: { channel in self.connected(channel, attempt) },
            declined: { status, retryAfter in self.declined(status, retryAfter, attempt) }
        ).whenComplete { result in
            switch result {
            case .success(.upgraded): self.opened(attempt)
            case .success(.declined): break  // `declined` hears what the server said.
            case .failure(let error): self.failed(error, attempt)
            }
        }
    }

    func connected(_ channel: any Channel, _ attempt: UInt64) {
        guard attempt == self.attempt, self.machine.phase == .connecting else { return channel.close(promise: nil) }
        self.channel = channel
        self.step { machine, now in
            machine.connected(at: now)
            return []
        }
    }

    func opened(_ attempt: UInt64) {
        guard attempt == self.attempt, self.handler != nil, self.machine.phase == .handshaking else { return }
        self.adapter = self.adapterType.init(symbols: self.symbols)
        for instrument in self.instruments { self.intake.reconnect(instrument) }
        self.step { machine, now in
            machine.opened(at: now)
            self.instrumentation.connectSeconds.observe(now.since(self.attemptStart).inSeconds)
            return [.subscribe(self.venueSymbols)]
        }
    }

    func declined(_ status: Int, _ retryAfter: String?, _ attempt: UInt64) {
        guard attempt == self.attempt else { return }
        let asked = retryAfter.flatMap { UInt16($0) }.map { Duration.seconds(Int64($0)) } ?? .zero
        // Refusals of this kind mean that we come too often: at least the longest backoff.
        let isBan = [403, 418, 429].contains(status)
        self.connectFailed(.http(status: status), atLeast: max(asked, isBan ? .seconds(10) : .zero))
    }

    func failed(_ error: any Error, _ attempt: UInt64) {
        guard attempt == self.attempt else { return }
        self.connectFailed(ConnectError(error, wasConnected: self.channel != nil), words: "\(error)")
    }

    func connectFailed(_ error: ConnectError, atLeast: Duration = .zero, words: String? = nil) {
        guard self.machine.phase == .connecting || self.machine.phase == .handshaking else { return }
        self.drop()
        self.instrumentation.failed(error)
        self.backOff(nil, atLeast: atLeast)
        self.owner?.sessionFailed(error, words: words)
    }

    /// Forgets the present connection: whatever still comes from it is of no attempt any more.
    func drop() {
        self.attempt += 1
        self.handler?.abandon()
        self.channel?.close(promise: nil)
        (self.handler, self.channel, self.isReading) = (nil, nil, false)
        (self.condemned, self.condemnedWords) = (nil, nil)
    }

    func backOff(_ reason: LossReason?, atLeast: Duration = .zero) {
        let now = self.clock.monotonic
        var delay = Duration.zero
        self.change { delay = $0.lost(reason, at: now, atLeast: atLeast, using: &self.generator) }
        self.instrumentation.backoffSeconds.observe(delay.inSeconds)
        self.schedule(at: now)
    }

    func lose(_ reason: LossReason, words: String?) {
        guard self.machine.isOpen else { return }
        let wasLive = self.isLive
        self.drop()
        self.markStale()
        for instrument in self.instruments { self.intake.reconnect(instrument) }
        self.instrumentation.lost(reason)
        self.backOff(reason)
        self.owner?.sessionLost(reason, wasLive: wasLive, words: words)
    }

    func markStale() {
        let now = self.clock.now
        for instrument in self.instruments { self.intake.markStale(instrument, .session, at: now) }
    }
}
