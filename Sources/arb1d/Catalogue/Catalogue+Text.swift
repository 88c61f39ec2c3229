import Metrics

extension Catalogue {
    /// The page `docs/metrics.md`.
    var markdown: String {
        var lines = [
            "# Metrics",
            "",
            "What `/metrics` exports, as `arb1d metrics` prints it; `--format json` is for programs. A part that is",
            "not in use, such as an alert that nobody configured, has its families without series.",
            "",
            "- **Series**: the most that a family can have, here with all venues, 1,000 instruments on each, one alert",
            "  and one webhook. `arb1d metrics --budget --config FILE` says it of your configuration.",
            "- A histogram has a series for each bucket, `_sum` and `_count`; its `le` is not among the labels.",
            "- Ratios: 0.001 is 0.1 %. Timestamps are seconds since 1970, 0 until the first event.",
            "- Spreads, bands and tops of book are there while they are known to stand; all other series always are.",
            "- Libraries bring metrics along under their own names: `hb_requests_total`, `hb_request_errors_total`,",
            "  `http_server_request_duration_seconds`, `http_server_active_requests`. They come when they are first",
            "  used, so the table has none of them. All together have at most `metrics.library_series`:",
            "  [scraping.md](scraping.md).",
            "- Which pairs are exported: `metrics.pairs` in [configuration.md](configuration.md).",
            "",
            "| Family | Type | Unit | Labels | Series | Meaning |",
            "|---|---|---|---|---|---|",
        ]
        for family in self.families {
            let description = family.description
            let cells = [
                "`\(description.name)`", description.kind.rawValue, family.unit ?? "–",
                family.labels.isEmpty ? "–" : family.labels.map(family.label).joined(separator: "; "),
                "\(family.maximum)", description.help.replacing("|", with: "\\|"),
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var json: String {
        let families = self.families.map { family in
            let description = family.description
            return JSONText.object([
                ("name", JSONText.text(description.name)),
                ("type", JSONText.text(description.kind.rawValue)),
                ("unit", JSONText.text(family.unit)),
                ("labels", JSONText.array(family.labels.map(family.labelObject))),
                ("help", JSONText.text(description.help)),
                ("maximum_series", String(family.maximum)),
            ])
        }
        return JSONText.object([
            ("families", JSONText.array(families)),
            ("library_series", String(self.libraries)),
            ("maximum_series", String(self.maximum)),
            ("series_limit", String(self.limit)),
        ]) + "\n"
    }

    /// The worst case under the configuration: what each family can have, and what pairs are left.
    var budget: String {
        let width = self.families.map(\.description.name.count).max() ?? 0
        func line(_ name: String, _ count: Int) -> String {
            let number = String(count)
            return name + String(repeating: " ", count: max(1, width + 10 - name.count - number.count)) + number
        }
        var lines = self.families.sorted { $0.maximum > $1.maximum }.filter { $0.maximum > 0 }
            .map { line($0.description.name, $0.maximum) }
        lines += [
            line("metrics of libraries at most", self.libraries),
            "",
            line("pairs at most", self.maxima.pairs),
            line("  exported at most", self.maxima.exportedPairs),
            line("instruments at most", self.maxima.instruments),
            line("  with a top of book at most", self.maxima.exportedInstruments),
            line("series at most", self.maximum),
            line("metrics.series_limit", self.limit),
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Catalogue.Family {
    fileprivate func label(_ name: String) -> String {
        guard let values = self.values[name] else { return "`\(name)`" }
        return "`\(name)` = " + values.joined(separator: ", ")
    }

    fileprivate func labelObject(_ name: String) -> String {
        let values = self.values[name].map { [("values", JSONText.array($0.map { JSONText.text($0) }))] }
        return JSONText.object([("name", JSONText.text(name))] + (values ?? []))
    }
}
