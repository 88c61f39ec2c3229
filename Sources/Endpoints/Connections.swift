import Metrics
import NIOCore
import Synchronization

/// The open connections of one server, bounded.
final class Connections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])
    private let limit: Int
    private let metrics: HTTPMetrics

    init(limit: Int, metrics: HTTPMetrics) {
        self.limit = limit
        self.metrics = metrics
    }

    func admit(_ channel: any Channel) -> Bool {
        let isAdmitted = self.channels.withLock { channels in
            guard channels.count < self.limit else { return false }
            channels[ObjectIdentifier(channel)] = channel
            return true
        }
        if isAdmitted { self.metrics.connections.add(1) }
        return isAdmitted
    }

    /// Forgets a connection that has ended; one that was never admitted is no concern.
    func release(_ channel: any Channel) {
        let wasAdmitted = self.channels.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) != nil }
        if wasAdmitted { self.metrics.connections.add(-1) }
    }

    /// Cuts all connections, whatever they are doing.
    func closeAll() {
        for channel in self.channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }
}
