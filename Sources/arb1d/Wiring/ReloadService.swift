import Core
import Feed
import Health
import Logging
import Metrics
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Reads the configuration again on SIGHUP: takes over what can change live, and keeps the old one when the new one is
/// wrong.
struct ReloadService: Service {
    /// The digest of the file in force, for `arb1d_config_info`.
    final class DigestInForce: Sendable {
        private let digest: Mutex<String>

        init(_ digest: String) { self.digest = Mutex(digest) }

        var value: String {
            get { self.digest.withLock { $0 } }
            set { self.digest.withLock { $0 = newValue } }
        }
    }

    let digest: DigestInForce
    private let file: String
    private let running: Configuration
    private let health: DaemonHealth
    private let log: LogControl
    private let logger: Logger
    private let successful: Gauge
    private let succeededAt: Gauge
    private let needsRestart: Gauge

    init(
        file: String,
        running: Configuration,
        health: DaemonHealth,
        log: LogControl,
        registry: Registry,
        logger: Logger
    ) {
        (self.file, self.running, self.health, self.log, self.logger) = (file, running, health, log, logger)
        self.digest = DigestInForce(running.digest)
        self.successful = registry.gauge(
            "arb1d_config_last_reload_successful",
            help: "Whether the last reading of the configuration succeeded, the one at start included."
        )
        self.succeededAt = registry.gauge(
            "arb1d_config_last_reload_success_timestamp_seconds",
            help: "When the configuration was last read without a problem."
        )
        self.needsRestart = registry.gauge(
            "arb1d_config_restart_needed",
            help: "Whether the configuration file that was read last holds what only a restart brings into force."
        )
        self.successful.set(1)
        self.succeededAt.set(health.clock.wall.seconds)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var running = self.running
            for await _ in await UnixSignalsSequence(trapping: .sighup) { self.reload(&running) }
        }
        try? await gracefulShutdown()
    }

    private func reload(_ running: inout Configuration) {
        self.health.serviceManager.reloading(at: self.health.now)
        do throws(ConfigurationError) {
            let wanted = try ConfigurationFile.load(self.file)
            self.apply(wanted, over: &running)
            self.successful.set(1)
            self.succeededAt.set(self.health.clock.wall.seconds)
            self.health.serviceManager.reloaded(problem: nil)
        } catch {
            self.successful.set(0)
            self.logger.error(
                "configuration is wrong, kept the old one",
                metadata: ["event": "reload_failed", "problems": "\(error)"]
            )
            self.health.serviceManager.reloaded(problem: error.problems.first?.description ?? "unreadable")
        }
    }

    /// Takes over the log level and the times of the probes; names it when anything else differs.
    private func apply(_ wanted: Configuration, over running: inout Configuration) {
        running.logLevel = wanted.logLevel
        running.readyGrace = wanted.readyGrace
        running.livenessTimeout = wanted.livenessTimeout
        self.log.level = wanted.logLevel
        self.health.state.limits(
            HealthModel.Limits(readyGrace: wanted.readyGrace, livenessTimeout: wanted.livenessTimeout)
        )
        // The digest is that of a file that is in force as a whole.
        var applied = running
        applied.digest = wanted.digest
        let isWhole = wanted == applied
        if isWhole { self.digest.value = wanted.digest }
        self.needsRestart.set(isWhole ? 0 : 1)
        self.logger.notice(
            "configuration reloaded",
            metadata: [
                "event": "reloaded", "config_sha256": "\(wanted.digest.prefix(12))",
                "needs_restart": isWhole ? "nothing" : "everything but log.level, ready and liveness",
            ]
        )
    }
}
