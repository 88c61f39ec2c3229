import Synchronization

/// What a child of a family is; the family's kind says which one.
enum Instrument: Sendable {
    case counter(Counter)
    case seconds(SecondsCounter)
    case gauge(Gauge)
    case histogram(Histogram)
    case state(StateCell)
    /// An info: there is nothing but its labels.
    case fact
}

/// The children of one family, each with its label block rendered when it was created.
///
/// Keyed by the label values themselves, so that no two children can ever print the same series.
final class Children: Sendable {
    struct Child: Sendable {
        let labels: LabelBlock
        let instrument: Instrument
        /// When it was created, in seconds since 1970.
        let created: Double
    }

    private struct State {
        var byValues: [[String]: Child] = [:]
        /// The children sorted by label block; nil after a change, until somebody asks.
        var sheet: ChildSheet?
    }

    private let names: [String]
    private let texts: FamilyTexts
    private let now: @Sendable () -> Double
    private let state = Lock(State())

    init(names: [String], texts: FamilyTexts, now: @escaping @Sendable () -> Double) {
        self.names = names
        self.texts = texts
        self.now = now
    }

    func resolve(_ values: [String], make: () -> Instrument) -> Instrument {
        let values = values.map(LabelValue.bounded)
        return self.resolve(values, labels: { PreformattedLabels(self.names, values).block }, make: make)
    }

    /// Resolves by a key of the caller's, whose labels need not be those of the other children.
    ///
    /// - Parameters:
    ///   - key: What no other child has; its parts are short enough for label values.
    ///   - labels: Renders its labels, when it is new.
    ///   - make: Makes it, when it is new.
    /// - Returns: The child.
    func resolve(_ key: [String], labels: () -> LabelBlock, make: () -> Instrument) -> Instrument {
        self.state.withLock { state in
            if let known = state.byValues[key] { return known.instrument }
            let created = Child(labels: labels(), instrument: make(), created: self.now())
            state.byValues[key] = created
            state.sheet = nil
            return created.instrument
        }
    }

    func remove(_ values: [String]) { self.remove(key: values.map(LabelValue.bounded)) }

    func remove(key: [String]) {
        self.state.withLock { state in
            guard state.byValues.removeValue(forKey: key) != nil else { return }
            state.sheet = nil
        }
    }

    /// All children in a stable order; the sheet is shared, so the lock is held for a moment only.
    func all() -> ChildSheet {
        self.state.withLock { state in
            if let sheet = state.sheet { return sheet }
            let sheet = ChildSheet(state.byValues.values.sorted { $0.labels.precedes($1.labels) }, self.texts)
            state.sheet = sheet
            return sheet
        }
    }
}

extension LabelBlock {
    /// Whether the text comes first, byte by byte.
    func precedes(_ other: LabelBlock) -> Bool {
        self.bytes[..<self.textCount].lexicographicallyPrecedes(other.bytes[..<other.textCount])
    }
}
