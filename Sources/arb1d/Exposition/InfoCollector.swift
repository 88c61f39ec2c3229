import Core
import Metrics

/// Facts about this process: what was built, what it was told, and its bounds.
enum InfoCollector {
    static func register(
        in registry: Registry,
        configuration: Configuration,
        digest: ReloadService.DigestInForce
    ) {
        let families = [
            SampledFamily(
                "arb1d_build_info",
                kind: .info,
                help: "What this process was built from.",
                labels: ["version", "revision", "swift"]
            ),
            SampledFamily(
                "arb1d_config_info",
                kind: .info,
                help: "SHA-256 of the configuration file in force.",
                labels: ["sha256"]
            ),
            SampledFamily(
                "arb1d_shard_info",
                kind: .info,
                help: "Which part of the symbols this process watches: the one with this index of so many.",
                labels: ["index", "count"]
            ),
        ]
        let build = [Build.version, Build.revision, Build.swift]
        registry.collect(families) { sink in
            sink.add(0, fact: build)
            sink.add(1, fact: [digest.value])
            sink.add(2, fact: ["0", "1"])
        }
        self.registerWindowLimit(configuration.engine.windowMaxBytes, in: registry)
    }

    static func registerWindowLimit(_ bytes: Int, in registry: Registry) {
        let family = SampledFamily(
            "arb1d_window_limit_bytes",
            kind: .gauge,
            help: "Bytes that all windows together may take before the oldest chunk is evicted."
        )
        registry.collect([family]) { sink in sink.add(0, [], Double(bytes)) }
    }
}
