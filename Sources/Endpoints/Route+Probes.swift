public import Health

extension Route {
    /// `/livez`, `/readyz` and `/startupz`: 200 or 503, and with `?verbose` every check.
    ///
    /// The report is all that they touch, so they answer at once when everything else is in trouble.
    public static func probes(report: @escaping @Sendable () -> HealthReport) -> [Route] {
        Probe.allCases.map { probe in
            Route("/\(probe.rawValue)", codes: [200, 503]) { request in
                let report = report()
                return .text(
                    report.text(for: probe, verbose: request.has("verbose")),
                    status: report.passes(probe) ? 200 : 503
                )
            }
        }
    }
}
