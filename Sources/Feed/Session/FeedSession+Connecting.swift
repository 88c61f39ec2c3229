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
        self.isAdmitted = true
        self.attempt += 1
        self.attemptStart = now
        self.instrumentation.connectAttempts.increment()
        let attempt = self.attempt
        self.context.connector.connect(
            on: self.loop,
            makeHandler: {
                let handler = FrameHandler(delegate: self, maxMessageBytes: self.context.maxMessageBytes)
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

    private func connected(_ channel: any Channel, _ attempt: UInt64) {
        guard attempt == self.attempt, self.machine.phase == .connecting else { return channel.close(promise: nil) }
        self.channel = channel
        self.step { machine, now in
            machine.connected(at: now)
            return []
        }
    }

    private func opened(_ attempt: UInt64) {
        guard attempt == self.attempt, self.handler != nil, self.machine.phase == .handshaking else { return }
        self.reader.adapter = self.context.adapter.init(symbols: self.symbols)
        (self.granted, self.refused, self.trades) = ([], [], [:])
        (self.firstQuoteAt, self.lastQuoteAt) = (nil, nil)
        for instrument in self.instruments {
            if self.isStandby { self.intake.share(instrument) } else { self.intake.reconnect(instrument) }
        }
        let share = Double.random(in: 0.8...0.95, using: &self.generator)
        self.step { machine, now in
            machine.opened(at: now, share: share)
            self.instrumentation.connectSeconds.observe(now.since(self.attemptStart).inSeconds)
            return []
        }
        // Settled even when there is nothing to ask for.
        if self.instruments.isEmpty { self.step { $0.enqueue([], at: $1) } } else { self.subscribe(self.venueSymbols) }
    }

    private func declined(_ status: Int, _ retryAfter: String?, _ attempt: UInt64) {
        guard attempt == self.attempt else { return }
        let asked = retryAfter.flatMap { UInt16($0) }.map { Duration.seconds(Int64($0)) } ?? .zero
        // Refusals of this kind mean that we come too often: at least the longest backoff.
        let isBan = [403, 418, 429].contains(status)
        let patience = min(max(asked, isBan ? .seconds(10) : .zero), Self.longestPatience)
        // Who is not wanted is not wanted on another connection either.
        if isBan { self.owner?.connectsDeclined(until: self.clock.monotonic.advanced(by: patience)) }
        self.connectFailed(.http(status: status), atLeast: patience)
    }

    /// Whatever a server asks for: one that answers nonsense must not cost a day.
    private static let longestPatience = Duration.seconds(3600)

    private func failed(_ error: any Error, _ attempt: UInt64) {
        guard attempt == self.attempt else { return }
        self.connectFailed(ConnectError(error, wasConnected: self.channel != nil), words: "\(error)")
    }

    func connectFailed(_ error: ConnectError, atLeast: Duration = .zero, words: String? = nil) {
        guard self.machine.phase == .connecting || self.machine.phase == .handshaking else { return }
        self.drop()
        self.instrumentation.failed(error)
        self.backOff(atLeast: atLeast)
        self.owner?.sessionFailed(error, words: words)
    }

    /// Forgets the present connection: whatever still comes from it is of no attempt any more.
    func drop() {
        self.attempt += 1
        self.handler?.abandon()
        self.channel?.close(promise: nil)
        (self.handler, self.channel, self.isReading) = (nil, nil, false)
        (self.condemned, self.condemnedWords, self.leaving) = (nil, nil, nil)
        if self.isAdmitted { self.owner?.connectionGone() }
        self.isAdmitted = false
    }

    private func backOff(atLeast: Duration = .zero) {
        let now = self.clock.monotonic
        var delay = Duration.zero
        self.change { delay = $0.lost(at: now, atLeast: atLeast, using: &self.generator) }
        self.instrumentation.backoffSeconds.observe(delay.inSeconds)
        self.schedule(at: now)
    }

    func lose(_ reason: LossReason, words: String?) {
        guard self.machine.isOpen else { return }
        if self.owner?.sessionIsReplaced(self) == true { return }
        self.drop()
        self.markStale()
        let now = self.clock.now
        for instrument in self.instruments {
            if self.isStandby {
                self.intake.leave(instrument, lane: self.lane, at: now)
            } else {
                self.intake.reconnect(instrument)
            }
        }
        self.instrumentation.lost(reason)
        self.backOff()
        self.owner?.sessionLost(self, reason, words: words)
    }

    func markStale() {
        guard !self.isStandby else { return }
        let now = self.clock.now
        for instrument in self.instruments { self.intake.markStale(instrument, .session, at: now) }
    }
}
