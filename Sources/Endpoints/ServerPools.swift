import NIOPosix

/// The threads of one server beside its loop.
struct ServerPools: Sendable {
    /// Makes the answers that are slow, such as a large `/metrics`, and runs the routes that wait for somebody.
    let slow = NIOThreadPool(numberOfThreads: 2)
    /// Computes for the routes that compute, so that a scrape does not wait behind them.
    let computing = NIOThreadPool(numberOfThreads: 2)

    init() {
        self.slow.start()
        self.computing.start()
    }
}
