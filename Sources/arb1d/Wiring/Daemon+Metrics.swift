import Core
import Feed
import Health
import Metrics

/// What is exported besides what the parts export themselves.
extension Daemon {
    func registerMetrics(_ log: LogControl) {
        FlowCollector.register(
            in: self.registry,
            sources: self.flow,
            venues: self.universe.venues.map(\.name)
        )
        EnginePace.register(self.engines.paces, in: self.registry)
        MarketCollector(board: self.board, export: self.export).register(in: self.registry)
        self.health.state.register(in: self.registry, now: { [health] in health.now })
        self.health.serviceManager.register(in: self.registry)
        log.register(in: self.registry)
        ProcessMetrics.register(in: self.registry)
        MemoryLimit.register(in: self.registry)
        CertificateDates.register(in: self.registry, configuration: self.configuration)
        InfoCollector.register(in: self.registry, configuration: self.configuration, digest: self.reload.digest)
    }
}
