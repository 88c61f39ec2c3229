/// Writes families in a text format: 0.0.4, or OpenMetrics 1.0, which differs in heads, exemplars and creation times.
struct TextExposition: Exposition {
    let isOpenMetrics: Bool
    /// Whether OpenMetrics gets `_created` samples.
    let showsCreated: Bool
    private var powers: PowersOfTen { .all }

    init(isOpenMetrics: Bool, showsCreated: Bool = false) {
        self.isOpenMetrics = isOpenMetrics
        self.showsCreated = isOpenMetrics && showsCreated
    }

    func begin(_ family: Family, _ output: inout OutputBuffer) -> Int {
        output.append(self.isOpenMetrics ? family.texts.openMetricsHead : family.texts.plainHead)
        return output.count
    }

    /// A family ends where the next one begins.
    func end(_ start: Int, further: Int, _ output: inout OutputBuffer) {}

    func finish(_ output: inout OutputBuffer) { if self.isOpenMetrics { output.append("# EOF\n") } }

    // MARK: Children

    func write(_ sheet: ChildSheet, of family: Family, _ reading: inout HistogramReading, _ output: inout OutputBuffer)
    {
        guard self.showsCreated, family.hasCreated else {
            return self.write(sheet, 0..<sheet.children.count, of: family, &reading, &output)
        }
        for (position, child) in sheet.children.enumerated() {
            self.write(sheet, position..<position + 1, of: family, &reading, &output)
            let labels = child.labels.bytes.span.extracting(first: child.labels.textCount)
            self.writeCreated(child.created, labels, family.texts, &output)
        }
    }

    private func write(
        _ sheet: ChildSheet,
        _ children: Range<Int>,
        of family: Family,
        _ reading: inout HistogramReading,
        _ output: inout OutputBuffer
    ) {
        let lines = sheet.lines(of: children)
        switch sheet.cells {
        case .counters(let cells): output.appendLines(sheet.texts, lines) { cells[$0].value }
        case .seconds(let cells): output.appendLines(sheet.texts, lines, self.powers) { cells[$0].value }
        case .gauges(let cells): output.appendLines(sheet.texts, lines, self.powers) { cells[$0].value }
        case .facts: output.appendLines(sheet.texts, lines) { _ in UInt64(1) }
        case .states(let cells):
            for child in children {
                let (first, current) = (child * sheet.linesPerChild, cells[child].value)
                output.appendLines(sheet.texts, sheet.lines(of: child..<child + 1)) { $0 - first == current ? 1 : 0 }
            }
        case .histograms(let cells):
            for child in children {
                cells[child].read(into: &reading, native: false)
                self.write(reading, sheet.texts, sheet.lines(of: child..<child + 1), family.exemplars, &output)
            }
        }
    }

    /// Writes one histogram: its classic buckets, since text knows no others.
    private func write(
        _ reading: borrowing HistogramReading,
        _ texts: LineTexts,
        _ lines: Range<Int>,
        _ naming: ExemplarNaming?,
        _ output: inout OutputBuffer
    ) {
        let buckets = lines.lowerBound..<lines.upperBound - 2
        let cumulative = reading.cumulative.span
        if self.isOpenMetrics, let naming, reading.hasExemplars {
            for line in buckets {
                let bucket = line - buckets.lowerBound
                output.appendLines(texts, line..<line + 1) { _ in cumulative[bucket] }
                guard let exemplar = reading.exemplars[bucket] else { continue }
                output.cut(to: output.count - 1)
                self.write(exemplar, naming, &output)
                output.append(UInt8(ascii: "\n"))
            }
        } else {
            output.appendLines(texts, buckets) { cumulative[$0 - buckets.lowerBound] }
        }
        output.appendLines(texts, buckets.upperBound..<buckets.upperBound + 1, self.powers) { _ in reading.sum }
        output.appendLines(texts, buckets.upperBound + 1..<lines.upperBound) { _ in reading.count }
    }

    // MARK: Samples

    @inline(__always)
    func write(
        _ value: SampleValue,
        _ labels: Span<UInt8>,
        _ fields: Span<UInt8>,
        of family: Family,
        _ output: inout OutputBuffer
    ) {
        let texts = family.texts
        switch value {
        case .real(let number):
            unsafe output.appendLine(texts.sample, labels, room: NumberText.room) {
                unsafe NumberText.write(number, self.powers, at: $0)
            }
        case .whole(let number):
            unsafe output.appendLine(texts.sample, labels, room: DecimalDigits.room) {
                unsafe DecimalDigits.write(number, at: $0)
            }
        case .state(let current):
            for (position, state) in texts.states.enumerated() {
                self.open(texts.sample, labels, state, &output)
                output.append(position == current ? "1\n" : "0\n")
            }
        }
        if self.showsCreated, family.hasCreated { self.writeCreated(family.created, labels, texts, &output) }
    }

    // MARK: Pieces of a line

    /// Writes ` # {venue="bybit",symbol="BTCUSDT",update="17"} 0.0012 1763835600.123`.
    private func write(_ exemplar: Exemplar, _ naming: ExemplarNaming, _ output: inout OutputBuffer) {
        guard let labels = naming.block(of: exemplar.evidence) else { return }
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
        _ labels: Span<UInt8>,
        _ texts: FamilyTexts,
        _ output: inout OutputBuffer
    ) {
        unsafe output.appendLine(texts.created, labels, room: NumberText.room) {
            unsafe NumberText.write(created, self.powers, at: $0)
        }
    }

    /// With one label more: it joins the child's own, `{` or `{venue="x",`.
    private func open(
        _ name: [UInt8],
        _ labels: Span<UInt8>,
        _ suffix: LabelSuffix,
        _ output: inout OutputBuffer
    ) {
        output.append(name)
        if labels.isEmpty {
            output.append(UInt8(ascii: "{"))
        } else {
            output.append(labels.extracting(droppingLast: 1))
            output.append(UInt8(ascii: ","))
        }
        output.append(suffix.text)
        output.append(UInt8(ascii: " "))
    }
}
