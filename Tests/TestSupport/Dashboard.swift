import Foundation

/// Reads a Grafana dashboard as the queries that it makes of Prometheus.
public enum Dashboard {
    public enum Failure: Error {
        /// The file is no dashboard.
        case unreadable(String)
    }

    /// The queries of all panels, rows within rows included, ready to be asked.
    ///
    /// Variables are replaced as Grafana would with everything chosen: names of labels by `.*`, which fits only regular
    /// expressions, and times by such that suit a server that began to scrape a minute ago.
    public static func expressions(of path: String) throws -> [(panel: String, expression: String)] {
        guard let dashboard = try JSONSerialization.jsonObject(with: self.contents(of: path)) as? [String: Any] else {
            throw Failure.unreadable(path)
        }
        return self.panels(of: dashboard).flatMap { panel in
            let targets = panel["targets"] as? [[String: Any]] ?? []
            return targets.compactMap { $0["expr"] as? String }.map { expression in
                (panel["title"] as? String ?? "without title", self.replacingVariables(in: expression))
            }
        }
    }

    /// The panels of a decoded dashboard; those of a collapsed row follow it.
    public static func panels(of dashboard: [String: Any]) -> [[String: Any]] {
        let panels = dashboard["panels"] as? [[String: Any]] ?? []
        return panels.flatMap { [$0] + self.panels(of: $0) }
    }

    /// The expression with Grafana's variables replaced.
    public static func replacingVariables(in expression: String) -> String {
        let times = ["__rate_interval": "1m", "__range": "5m", "__interval": "15s"]
        let pattern = /\$(?:\{(\w+)(?::\w+)?\}|(\w+))/
        return expression.replacing(pattern) { match in
            let name = String(match.output.1 ?? match.output.2 ?? "")
            return times[name] ?? ".*"
        }
    }

    private static func contents(of path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure.unreadable(path) }
        return data
    }
}
