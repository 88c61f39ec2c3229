/// Writes families in the text format 0.0.4.
///
/// Format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
struct TextExposition {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { self.bytes.reserveCapacity(capacity) }

    /// Writes HELP, TYPE and all samples of one family; a family without samples is left out.
    mutating func write(_ description: FamilyDescription, _ reading: FamilyReading) {
        guard reading.seriesCount > 0 else { return }
        self.bytes.append(contentsOf: "# HELP \(description.name) ".utf8)
        self.bytes.appendEscaped(description.help, quotes: false)
        self.bytes.append(contentsOf: "\n# TYPE \(description.name) \(description.kind.rawValue)\n".utf8)
        let name = Array(description.name.utf8)
        switch reading {
        case .samples(let samples):
            for sample in samples { self.line(name, sample.labels, sample.value) }
        case .histograms(let histograms, let bounds):
            self.write(histograms, named: name, bounds: bounds)
        }
    }

    private mutating func write(
        _ histograms: [(labels: [UInt8], reading: Histogram.Reading)],
        named name: [UInt8],
        bounds: [Double]
    ) {
        let (bucket, sum, count) = (name + "_bucket".utf8, name + "_sum".utf8, name + "_count".utf8)
        let limits = bounds.map { Array("le=\"\($0)\"}".utf8) } + [Array("le=\"+Inf\"}".utf8)]
        for (labels, reading) in histograms {
            // The limit joins the child's own labels: `{` or `{venue="x",`.
            let opening = labels.isEmpty ? [UInt8(ascii: "{")] : labels.dropLast() + [UInt8(ascii: ",")]
            for (limit, cumulative) in zip(limits, reading.cumulative) {
                self.line(bucket, opening + limit, .whole(cumulative))
            }
            self.line(sum, labels, .real(reading.sum))
            self.line(count, labels, .whole(reading.count))
        }
    }

    private mutating func line(_ name: [UInt8], _ labels: [UInt8], _ value: Sample.Value) {
        self.bytes.append(contentsOf: name)
        self.bytes.append(contentsOf: labels)
        self.bytes.append(UInt8(ascii: " "))
        switch value {
        case .real(let value): self.bytes.appendNumber(value)
        case .whole(let value): self.bytes.appendDecimal(value)
        }
        self.bytes.append(UInt8(ascii: "\n"))
    }
}
