import Core
import Simulation
import Venues

@testable import Feed

/// Doing what the machine says.
extension VirtualFeed {
    func perform(_ actions: [SessionAction]) {
        for action in actions {
            switch action {
            case .connect: self.connect()
            case .send(let request): self.send(request.text)
            case .subscribe(let stream, let symbols): self.request(.subscribe, stream, symbols)
            case .heartbeat(let number):
                if let text = self.adapter.heartbeat(number: number, at: self.stamp) { self.send(text) }
            case .ping: if let id = self.connection { self.network.send(.ping([]), on: id) }
            case .giveUp(let error): self.connectFailed(error)
            case .abandon(let reason): self.lose(reason)
            case .acknowledged(let symbols):
                for symbol in symbols { self.intake.acknowledge(self.index(symbol), at: self.stamp) }
            case .refused(let symbols): for symbol in symbols { self.intake.refuse(self.index(symbol)) }
            // Its own test has two connections; here the old one goes on until the venue ends it.
            case .rotate: self.machine.rotationFailed(at: self.now)
            case .live: if self.seeds.want() { self.askForSeeds() }
            }
        }
    }

    func send(_ text: String) {
        if let id = self.connection { self.network.send(.text(Array(text.utf8)), on: id) }
    }

    func request(_ verb: SubscriptionVerb, _ stream: StreamKind, _ symbols: [String]) {
        let requests = self.adapter.requests(
            verb,
            stream,
            of: symbols,
            firstNumber: self.machine.nextNumber,
            at: self.stamp
        )
        self.perform(self.machine.enqueue(requests, at: self.now))
    }

    func resubscribe(_ symbols: [String]) {
        self.count("arb1d_feed_resubscriptions_total", "", symbols.count)
        for verb in [SubscriptionVerb.unsubscribe, .subscribe] { self.request(verb, .quotes, symbols) }
    }

    func connect() {
        self.count("arb1d_feed_connect_attempts_total", "")
        let attempt = self.network.connect(path: self.adapterType.profile.webSocketPath)
        if case .refused = attempt { return self.connectFailed(.refused) }
        self.machine.connected(at: self.now)
        switch attempt {
        case .refused: break
        case .hungUp: self.connectFailed(.http(status: nil))
        case .untrusted: self.connectFailed(.tls)
        case .declined: self.connectFailed(.http(status: 426))
        case .silent: self.silentSince = self.network.hangUps
        case .open(let id):
            self.connection = id
            self.adapter = self.adapterType.init(symbols: self.symbols)
            self.walker = FrameWalker()
            for name in self.names { self.intake.reconnect(self.index(name)) }
            self.machine.opened(at: self.now)
            for stream in StreamKind.allCases { self.request(.subscribe, stream, self.names) }
        }
    }

    func connectFailed(_ error: ConnectError) {
        self.silentSince = nil
        self.count("arb1d_feed_connect_failures_total", "reason=\"\(error.label)\"")
        _ = self.machine.lost(at: self.now, using: &self.generator)
    }

    func lose(_ reason: LossReason) {
        guard let id = self.connection else { return }
        self.connection = nil
        self.lost += self.network.take(id).count { arrival in
            if case .bytes(let bytes) = arrival { Self.isData(bytes) } else { false }
        }
        self.network.close(id)
        self.count("arb1d_feed_reconnects_total", "reason=\"\(reason.rawValue)\"")
        for name in self.names {
            self.intake.markStale(self.index(name), .session, at: self.stamp)
            self.intake.reconnect(self.index(name))
        }
        _ = self.machine.lost(at: self.now, using: &self.generator)
    }

    static func isData(_ bytes: [UInt8]) -> Bool { bytes.first.map { [1, 2].contains($0 & 15) } ?? false }
}
