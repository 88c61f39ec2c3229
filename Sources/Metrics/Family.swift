/// What kind of numbers a family holds.
public enum FamilyKind: String, Sendable {
    case counter
    case gauge
    case histogram
}

/// What is said of a family in HELP and TYPE, and in the generated list of metrics.
public struct FamilyDescription: Hashable, Sendable {
    public let name: String
    public let kind: FamilyKind
    public let help: String
    public let labels: [String]

    init(_ name: String, kind: FamilyKind, help: String, labels: [String]) {
        MetricName.require(name, kind: kind)
        MetricName.requireLabels(labels, of: name)
        precondition(!help.isEmpty, "\"\(name)\" needs a help text.")
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
    }
}

/// A family whose instruments live here, as opposed to one that is sampled at the scrape.
protocol InstrumentFamily: AnyObject, Sendable {
    var description: FamilyDescription { get }
    func read() -> FamilyReading
}

/// The values of one family at the moment of a scrape, free of any lock.
enum FamilyReading {
    case samples([Sample])
    case histograms([(labels: [UInt8], reading: Histogram.Reading)], bounds: [Double])

    /// The same with the samples sorted by their label blocks; those of histograms are so already.
    var inOrder: FamilyReading {
        switch self {
        case .samples(let samples):
            .samples(samples.sorted { $0.labels.lexicographicallyPrecedes($1.labels) })
        case .histograms: self
        }
    }

    /// How many lines this becomes.
    var seriesCount: Int {
        switch self {
        case .samples(let samples): samples.count
        case .histograms(let histograms, let bounds): histograms.count * (bounds.count + 3)
        }
    }
}

/// One line of a counter or gauge family.
struct Sample {
    enum Value {
        case real(Double)
        case whole(UInt64)
    }

    let labels: [UInt8]
    let value: Value
}
