/// Writes families as delimited protobuf messages, histograms with their native buckets.
///
/// Source: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
struct ProtobufExposition: Exposition {
    /// Opens the message of a family, which stays open for its metrics.
    func begin(_ family: Family, _ output: inout OutputBuffer) -> Int {
        let start = output.openMessage()
        output.append(family.texts.protobufHead)
        return start
    }

    func end(_ start: Int, further: Int, _ output: inout OutputBuffer) { output.closeMessage(start, further: further) }

    func finish(_ output: inout OutputBuffer) {}

    func write(_ sheet: ChildSheet, of family: Family, _ reading: inout HistogramReading, _ output: inout OutputBuffer)
    {
        for child in sheet.children {
            let labels = child.labels.bytes.span.extracting(droppingFirst: child.labels.textCount)
            let value: SampleValue
            switch child.instrument {
            case .counter(let counter): value = .whole(counter.value)
            case .seconds(let counter): value = .real(counter.value)
            case .gauge(let gauge): value = .real(gauge.value)
            case .state(let cell): value = .state(cell.value)
            case .fact: value = .whole(1)
            case .histogram(let histogram):
                histogram.read(into: &reading)
                self.write(reading, labels, created: child.created, of: family, &output)
                continue
            }
            self.write(value, labels, created: child.created, of: family, &output)
        }
    }

    func write(
        _ value: SampleValue,
        _ text: Span<UInt8>,
        _ fields: Span<UInt8>,
        of family: Family,
        _ output: inout OutputBuffer
    ) {
        self.write(value, fields, created: family.created, of: family, &output)
    }

    /// Writes one child of a family other than a histogram.
    private func write(
        _ value: SampleValue,
        _ labels: Span<UInt8>,
        created: Double,
        of family: Family,
        _ output: inout OutputBuffer
    ) {
        guard case .state(let current) = value else {
            let metric = output.openMessage(field: 4)
            output.append(labels)
            let isCounter = family.description.kind == .counter
            let message = output.openMessage(field: isCounter ? 3 : 2)
            output.append(ProtobufField.tag(1, .double))
            output.appendFixed(value.number)
            if isCounter { output.appendTimestamp(field: 3, seconds: created) }
            output.closeMessage(message)
            return output.closeMessage(metric)
        }
        for (position, state) in family.texts.states.enumerated() {
            let metric = output.openMessage(field: 4)
            output.append(labels)
            output.append(state.fields)
            let message = output.openMessage(field: 2)
            output.append(ProtobufField.tag(1, .double))
            output.appendFixed(position == current ? 1 : 0)
            output.closeMessage(message)
            output.closeMessage(metric)
        }
    }

    /// Writes one histogram of a family, in both kinds.
    private func write(
        _ reading: HistogramReading,
        _ labels: Span<UInt8>,
        created: Double,
        of family: Family,
        _ output: inout OutputBuffer
    ) {
        let metric = output.openMessage(field: 4)
        output.append(labels)
        let histogram = output.openMessage(field: 7)
        output.append(ProtobufField.tag(1, .varint))
        output.appendVarint(reading.count)
        output.append(ProtobufField.tag(2, .double))
        output.appendFixed(reading.sum)
        self.writeClassic(reading, of: family, &output)
        if reading.isNative { self.writeNative(reading, &output) }
        output.appendTimestamp(field: 15, seconds: created)
        output.closeMessage(histogram)
        output.closeMessage(metric)
    }

    private func writeClassic(_ reading: HistogramReading, of family: Family, _ output: inout OutputBuffer) {
        guard let bounds = family.shape?.bounds, !bounds.isEmpty else { return }
        for (position, cumulative) in reading.cumulative.enumerated() {
            let bucket = output.openMessage(field: 3)
            output.append(ProtobufField.tag(1, .varint))
            output.appendVarint(cumulative)
            output.append(ProtobufField.tag(2, .double))
            output.appendFixed(position < bounds.count ? bounds[position] : .infinity)
            if position < reading.exemplars.count, let exemplar = reading.exemplars[position] {
                self.write(exemplar, family.exemplars, &output)
            }
            output.closeMessage(bucket)
        }
    }

    private func writeNative(_ reading: HistogramReading, _ output: inout OutputBuffer) {
        output.append(ProtobufField.tag(5, .varint))
        output.appendSigned(reading.schema)
        output.append(ProtobufField.tag(6, .double))
        output.appendFixed(reading.zeroThreshold)
        output.append(ProtobufField.tag(7, .varint))
        output.appendVarint(reading.zeroCount)
        self.writeBuckets(reading.negative, spans: 9, deltas: 10, &output)
        self.writeBuckets(reading.positive, spans: 12, deltas: 13, &output)
        if reading.positive.isEmpty, reading.negative.isEmpty {
            // A span of nothing says that this is a native histogram, though it has no buckets yet.
            let span = output.openMessage(field: 12)
            output.append(ProtobufField.tag(1, .varint))
            output.appendSigned(0)
            output.append(ProtobufField.tag(2, .varint))
            output.appendVarint(0)
            output.closeMessage(span)
        }
    }

    /// Writes runs of neighbours as spans, and each count as the difference to the one before it.
    private func writeBuckets(
        _ buckets: [HistogramReading.Bucket],
        spans: UInt8,
        deltas: UInt8,
        _ output: inout OutputBuffer
    ) {
        guard !buckets.isEmpty else { return }
        var (start, expected) = (0, 0)
        while start < buckets.count {
            var end = start + 1
            while end < buckets.count, buckets[end].index == buckets[end - 1].index + 1 { end += 1 }
            let span = output.openMessage(field: spans)
            output.append(ProtobufField.tag(1, .varint))
            output.appendSigned(buckets[start].index - expected)
            output.append(ProtobufField.tag(2, .varint))
            output.appendVarint(UInt64(end - start))
            output.closeMessage(span)
            expected = buckets[end - 1].index + 1
            start = end
        }
        let packed = output.openMessage(field: deltas)
        var last: UInt64 = 0
        for bucket in buckets {
            output.appendSigned(Int(Int64(bitPattern: bucket.count &- last)))
            last = bucket.count
        }
        output.closeMessage(packed)
    }

    private func write(_ exemplar: Exemplar, _ naming: ExemplarNaming?, _ output: inout OutputBuffer) {
        guard let naming, let labels = naming.block(of: exemplar.evidence) else { return }
        let message = output.openMessage(field: 3)
        output.append(labels.bytes, labels.textCount, labels.bytes.count)
        if exemplar.evidence.number != 0 {
            let pair = output.openMessage(field: 1)
            output.append(naming.numberFields)
            let digits = DecimalDigits.count(of: exemplar.evidence.number)
            output.appendVarint(UInt64(digits))
            output.appendDecimal(exemplar.evidence.number)
            output.closeMessage(pair)
        }
        output.append(ProtobufField.tag(2, .double))
        output.appendFixed(exemplar.value)
        output.appendTimestamp(field: 3, nanoseconds: exemplar.evidence.time)
        output.closeMessage(message)
    }
}
