/// What the formats print of a family again and again, formatted once.
final class FamilyTexts: Sendable {
    /// `# HELP` and `# TYPE` of text 0.0.4, which knows neither infos nor statesets nor units.
    let plainHead: [UInt8]
    /// `# TYPE`, `# UNIT` and `# HELP` of OpenMetrics.
    let openMetricsHead: [UInt8]
    /// The fields of a protobuf `MetricFamily` that come before its metrics.
    let protobufHead: [UInt8]
    /// The name of the only sample of a child, or of the first ones of a histogram.
    let sample: [UInt8]
    let sum: [UInt8]
    let count: [UInt8]
    let created: [UInt8]
    /// Of a histogram: the classic buckets' limits, `+Inf` last.
    let limits: [LabelSuffix]
    /// Of a stateset: its states.
    let states: [LabelSuffix]

    init(_ description: FamilyDescription, bounds: [Double]) {
        let (name, base) = (description.name, description.base)
        self.plainHead = Self.plainHead(description)
        self.openMetricsHead = Self.openMetricsHead(description)
        self.protobufHead = Self.protobufHead(description)
        self.sample = Array((description.kind == .histogram ? name + "_bucket" : name).utf8)
        self.sum = Array((name + "_sum").utf8)
        self.count = Array((name + "_count").utf8)
        self.created = Array((base + "_created").utf8)
        // The standard text of a number keeps its point: that is how limits are compared, as texts.
        self.limits =
            description.kind == .histogram ? (bounds.map { "\($0)" } + ["+Inf"]).map { LabelSuffix("le", $0) } : []
        self.states = description.states.map { LabelSuffix(name, $0) }
    }

    private static func plainHead(_ description: FamilyDescription) -> [UInt8] {
        var head = Array("# HELP \(description.name) ".utf8)
        head.appendEscaped(description.help, quotes: false)
        let type =
            switch description.kind {
            case .info, .stateset: FamilyKind.gauge
            case .counter, .gauge, .histogram: description.kind
            }
        return head + "\n# TYPE \(description.name) \(type.rawValue)\n".utf8
    }

    private static func openMetricsHead(_ description: FamilyDescription) -> [UInt8] {
        var head = Array("# TYPE \(description.base) \(description.kind.rawValue)\n".utf8)
        if let unit = description.unit { head += "# UNIT \(description.base) \(unit)\n".utf8 }
        head += "# HELP \(description.base) ".utf8
        head.appendEscaped(description.help, quotes: true)
        return head + "\n".utf8
    }

    private static func protobufHead(_ description: FamilyDescription) -> [UInt8] {
        var head: [UInt8] = []
        head.appendField(1, description.name)
        head.appendField(2, description.help)
        let type: UInt64 =
            switch description.kind {
            case .counter: 0
            case .gauge, .info, .stateset: 1
            case .histogram: 4
            }
        head.append(ProtobufField.tag(3, .varint))
        head.appendVarint(type)
        if let unit = description.unit { head.appendField(5, unit) }
        return head
    }
}
