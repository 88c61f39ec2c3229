/// Writes families in a text format: 0.0.4, or OpenMetrics 1.0, which differs in heads, exemplars and creation times.
struct TextExposition: Exposition {
    let isOpenMetrics: Bool
    /// Whether OpenMetrics gets `_created` samples.
    let showsCreated: Bool
    private let powers = PowersOfTen.all

    init(isOpenMetrics: Bool, showsCreated: Bool = false) {
        self.isOpenMetrics = isOpenMetrics
        self.showsCreated = isOpenMetrics && showsCreated
    }

    func begin(_ family: Family, _ output: inout OutputBuffer) -> Int {
        output.append(self.isOpenMetrics ? family.texts.openMetricsHead : family.texts.plainHead)
        return output.count
    }

    /// A family ends where the next one begins.
    func end(_ start: Int, _ output: inout OutputBuffer) {}

    func finish(_ output: inout OutputBuffer) { if self.isOpenMetrics { output.append("# EOF\n") } }

    /// Writes one child of a family other than a histogram.
    func write(
        _ value: SampleValue,
        _ labels: LabelBlock,
        created: Double,
        of family: Family,
        _ output: inout OutputBuffer
    ) {
        let texts = family.texts
        switch value {
        case .real(let number):
            self.open(texts.sample, labels, &output)
            output.appendNumber(number, self.powers)
            output.append(UInt8(ascii: "\n"))
        case .whole(let number): self.line(texts.sample, labels, number, &output)
        case .state(let current):
            for (position, state) in texts.states.enumerated() {
                self.open(texts.sample, labels, state, &output)
                output.append(position == current ? "1\n" : "0\n")
            }
        }
        if self.showsCreated, family.description.kind == .counter { self.writeCreated(created, labels, texts, &output) }
    }

    /// Writes one histogram of a family: its classic buckets, since text knows no others.
    func write(
        _ reading: HistogramReading,
        _ labels: LabelBlock,
        created: Double,
        of family: Family,
        _ output: inout OutputBuffer
    ) {
        let texts = family.texts
        for (position, cumulative) in reading.cumulative.enumerated() {
            self.open(texts.sample, labels, texts.limits[position], &output)
            output.appendDecimal(cumulative)
            if self.isOpenMetrics, position < reading.exemplars.count, let exemplar = reading.exemplars[position] {
                self.write(exemplar, family.exemplars, &output)
            }
            output.append(UInt8(ascii: "\n"))
        }
        self.open(texts.sum, labels, &output)
        output.appendNumber(reading.sum, self.powers)
        output.append(UInt8(ascii: "\n"))
        self.line(texts.count, labels, reading.count, &output)
        if self.showsCreated { self.writeCreated(created, labels, texts, &output) }
    }

    // MARK: Pieces of a line

    /// Writes ` # {venue="bybit",symbol="BTCUSDT",update="17"} 0.0012 1763835600.123`.
    private func write(_ exemplar: Exemplar, _ naming: ExemplarNaming?, _ output: inout OutputBuffer) {
        guard let naming, let labels = naming.block(of: exemplar.evidence) else { return }
        output.append(" # ")
        if exemplar.evidence.number == 0 {
            output.append(labels.bytes, 0, labels.textCount)
        } else {
            output.append(labels.bytes, 0, labels.textCount - 1)
            output.append(naming.numberOpening)
            output.appendDecimal(exemplar.evidence.number)
            output.append("\"}")
        }
        output.append(UInt8(ascii: " "))
        output.appendNumber(exemplar.value, self.powers)
        output.append(UInt8(ascii: " "))
        // In two parts: nanoseconds since 1970 are more than a double holds.
        let (seconds, rest) = exemplar.evidence.time.quotientAndRemainder(dividingBy: 1_000_000_000)
        output.appendNumber(Double(seconds) + Double(rest) / 1e9, self.powers)
    }

    private func writeCreated(
        _ created: Double,
        _ labels: LabelBlock,
        _ texts: FamilyTexts,
        _ output: inout OutputBuffer
    ) {
        self.open(texts.created, labels, &output)
        output.appendNumber(created, self.powers)
        output.append(UInt8(ascii: "\n"))
    }

    private func line(_ name: [UInt8], _ labels: LabelBlock, _ value: UInt64, _ output: inout OutputBuffer) {
        self.open(name, labels, &output)
        output.appendDecimal(value)
        output.append(UInt8(ascii: "\n"))
    }

    @inline(__always)
    private func open(_ name: [UInt8], _ labels: LabelBlock, _ output: inout OutputBuffer) {
        output.append(name)
        output.append(labels.bytes, 0, labels.textCount)
        output.append(UInt8(ascii: " "))
    }

    /// With one label more: it joins the child's own, `{` or `{venue="x",`.
    private func open(_ name: [UInt8], _ labels: LabelBlock, _ suffix: LabelSuffix, _ output: inout OutputBuffer) {
        output.append(name)
        if labels.textCount == 0 {
            output.append(UInt8(ascii: "{"))
        } else {
            output.append(labels.bytes, 0, labels.textCount - 1)
            output.append(UInt8(ascii: ","))
        }
        output.append(suffix.text)
        output.append(UInt8(ascii: " "))
    }
}
