import NIOCore
import NIOPosix

/// The listening socket of one venue, which may be shut and opened again.
final class Door {
    private let open: (_ port: Int) -> EventLoopFuture<any Channel>
    private var channel: any Channel
    private let port: Int
    /// Keeps the port from being given to anybody else while it is shut.
    private var keeper: PortKeeper?

    init(_ channel: any Channel, open: @escaping (_ port: Int) -> EventLoopFuture<any Channel>) {
        self.channel = channel
        self.port = channel.localAddress?.port ?? 0
        self.open = open
    }

    /// Whoever connects from now on is refused by the system.
    func shut() {
        guard self.keeper == nil else { return }
        try? self.channel.syncOptions?.setOption(.socketOption(.sharedPort), value: 1)
        self.keeper = PortKeeper(port: self.port)
        self.channel.close(promise: nil)
    }

    func reopen() {
        guard let keeper = self.keeper else { return }
        self.keeper = nil
        self.open(self.port).assumeIsolated().whenComplete { result in
            keeper.release()
            switch result {
            case .success(let channel): self.channel = channel
            case .failure(let error): Standard.error("exchange-sim: cannot listen on \(self.port) again: \(error)")
            }
        }
    }
}
