/// Which one thing an observation came from: numbers only, so that the hot path formats nothing.
public struct Evidence: Sendable, Equatable {
    /// What it was about, in the numbering of the family's ``ExemplarNaming``.
    public var subject: UInt32
    /// Which one of the subject's messages; 0 when they have no numbers.
    public var number: UInt64
    /// When, in nanoseconds since 1970.
    public var time: Int64

    public init(subject: UInt32, number: UInt64, time: Int64) {
        self.subject = subject
        self.number = number
        self.time = time
    }
}

/// A value with its evidence.
struct Exemplar: Equatable {
    var value: Double
    var evidence: Evidence
}

/// How the exemplars of a family turn into labels, at the scrape.
public struct ExemplarNaming: Sendable {
    /// All labels of an exemplar together may have so many characters, says OpenMetrics.
    static let maxCharacters = 128

    /// The labels of a subject; nil for one that is unknown, whose exemplars are left out.
    private let labels: @Sendable (_ subject: UInt32) -> PreformattedLabels?
    /// What stands before the message's number, as text and as the fields of a protobuf label.
    let numberOpening: [UInt8]
    let numberFields: [UInt8]

    /// - Parameters:
    ///   - number: The label that holds the message's number.
    ///   - labels: Gives the labels of a subject, prepared: it is asked at every scrape.
    public init(number: String, labels: @escaping @Sendable (_ subject: UInt32) -> PreformattedLabels?) {
        MetricName.requireLabel(number)
        self.labels = labels
        self.numberOpening = Array(",\(number)=\"".utf8)
        var fields: [UInt8] = []
        fields.appendField(1, number)
        fields.append(ProtobufField.tag(2, .delimited))
        self.numberFields = fields
    }

    /// The labels of the evidence's subject; nil when it has none, or they leave no room for the message's number.
    func block(of evidence: Evidence) -> LabelBlock? {
        guard let labels = self.labels(evidence.subject)?.block, labels.textCount > 0 else { return nil }
        // More than the characters that count: quotes, commas, escapes and all bytes of a character.
        let length = labels.textCount + self.numberOpening.count + DecimalDigits.count(of: evidence.number)
        return length <= Self.maxCharacters ? labels : nil
    }
}
