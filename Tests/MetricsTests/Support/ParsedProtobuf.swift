import Testing

/// A delimited protobuf body read back, by a decoder that shares nothing with the encoder.
struct ParsedProtobuf {
    struct Native: Equatable {
        var schema = 0
        var zeroThreshold = 0.0
        var zeroCount: UInt64 = 0
        /// Counts by bucket index.
        var positive: [Int: Int64] = [:]
        var negative: [Int: Int64] = [:]
        var spans = 0

        var total: Int64 {
            Int64(self.zeroCount) + self.positive.values.reduce(0, +) + self.negative.values.reduce(0, +)
        }
    }

    struct Family {
        var name = ""
        var help = ""
        var type: UInt64 = 0
        var unit: String?
        var metrics = 0
    }

    private(set) var families: [Family] = []
    /// Values by name and labels, histograms taken apart like in text.
    private(set) var values: [String: Double] = [:]
    /// By name and labels of the histogram.
    private(set) var natives: [String: Native] = [:]
    /// Labels, value and seconds, by name and labels of the bucket.
    private(set) var exemplars: [String: (labels: [String: String], value: Double, time: UInt64)] = [:]
    /// Seconds since 1970, by name and labels.
    private(set) var created: [String: UInt64] = [:]

    init(_ body: [UInt8]) throws {
        var input = WireReader(body[...])
        while !input.isAtEnd { try self.readFamily(WireReader(input.bytes())) }
    }

    private mutating func readFamily(_ message: WireReader) throws {
        var family = Family()
        for field in try message.fields() {
            switch field.number {
            case 1: family.name = field.text
            case 2: family.help = field.text
            case 3: family.type = field.varint
            case 4:
                family.metrics += 1
                try self.readMetric(WireReader(field.payload), of: family)
            case 5: family.unit = field.text
            default: Issue.record("a field \(field.number) of a family")
            }
        }
        self.families.append(family)
    }

    private mutating func readMetric(_ message: WireReader, of family: Family) throws {
        let fields = try message.fields()
        let labels = try fields.filter { $0.number == 1 }.map { try WireReader($0.payload).label() }
        for field in fields where field.number != 1 {
            switch field.number {
            case 2, 3: try self.readNumber(WireReader(field.payload), SampleKey.make(family.name, labels))
            case 7: try self.readHistogram(WireReader(field.payload), family.name, labels)
            default: Issue.record("a field \(field.number) of a metric")
            }
        }
    }

    private mutating func readNumber(_ message: WireReader, _ key: String) throws {
        for field in try message.fields() {
            switch field.number {
            case 1: self.enter(field.double, for: key)
            case 3: self.created[key] = try WireReader(field.payload).fields().first?.varint
            default: Issue.record("a field \(field.number) of a number")
            }
        }
    }

    private mutating func enter(_ value: Double, for key: String) {
        #expect(self.values.updateValue(value, forKey: key) == nil, "twice: \(key)")
    }

    private mutating func readHistogram(
        _ message: WireReader,
        _ name: String,
        _ labels: [(name: String, value: String)]
    )
        throws
    {
        let key = SampleKey.make(name, labels)
        var native = Native()
        var (isNative, deltas): (Bool, [UInt64: [Int64]]) = (false, [:])
        var spans: [UInt64: [(offset: Int64, length: UInt64)]] = [:]
        for field in try message.fields() {
            switch field.number {
            case 1: self.enter(Double(field.varint), for: SampleKey.make(name + "_count", labels))
            case 2: self.enter(field.double, for: SampleKey.make(name + "_sum", labels))
            case 3: try self.readBucket(WireReader(field.payload), name, labels)
            case 5: (isNative, native.schema) = (true, Int(WireReader.signed(field.varint)))
            case 6: native.zeroThreshold = field.double
            case 7: native.zeroCount = field.varint
            case 9, 12:
                let parts = try WireReader(field.payload).fields()
                spans[field.number, default: []].append((WireReader.signed(parts[0].varint), parts[1].varint))
                native.spans += 1
            case 10, 13: deltas[field.number] = WireReader(field.payload).packedSigned()
            case 15: self.created[key] = try WireReader(field.payload).fields().first?.varint
            default: Issue.record("a field \(field.number) of a histogram")
            }
        }
        // The last bucket may be left out: it holds the count.
        let last = SampleKey.make(name + "_bucket", labels + [("le", "+Inf")])
        if self.values[last] == nil { self.values[last] = self.values[SampleKey.make(name + "_count", labels)] }
        guard isNative else { return }
        native.positive = try Self.buckets(spans[12] ?? [], deltas[13] ?? [])
        native.negative = try Self.buckets(spans[9] ?? [], deltas[10] ?? [])
        self.natives[key] = native
    }

    private static func buckets(_ spans: [(offset: Int64, length: UInt64)], _ deltas: [Int64]) throws -> [Int: Int64] {
        var (index, count, position): (Int64, Int64, Int) = (0, 0, 0)
        var buckets: [Int: Int64] = [:]
        for span in spans {
            index += span.offset
            for _ in 0..<span.length {
                try #require(position < deltas.count)
                count += deltas[position]
                buckets[Int(index)] = count
                (index, position) = (index + 1, position + 1)
            }
        }
        #expect(position == deltas.count)
        return buckets
    }

    private mutating func readBucket(_ message: WireReader, _ name: String, _ labels: [(name: String, value: String)])
        throws
    {
        let fields = try message.fields()
        let bound = fields.first { $0.number == 2 }?.double ?? .nan
        let limit = (name: "le", value: bound == .infinity ? "+Inf" : "\(bound)")
        let key = SampleKey.make(name + "_bucket", labels + [limit])
        for field in fields {
            switch field.number {
            case 1: self.enter(Double(field.varint), for: key)
            case 2: break
            case 3:
                let parts = try WireReader(field.payload).fields()
                let names = try parts.filter { $0.number == 1 }.map { try WireReader($0.payload).label() }
                let time = try parts.first { $0.number == 3 }.map { try WireReader($0.payload).fields()[0].varint }
                self.exemplars[key] = (
                    Dictionary(uniqueKeysWithValues: names.map { ($0.name, $0.value) }),
                    parts.first { $0.number == 2 }?.double ?? .nan, time ?? 0
                )
            default: Issue.record("a field \(field.number) of a bucket")
            }
        }
    }
}
