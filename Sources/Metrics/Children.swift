import Synchronization

/// The children of one family, each with its label block rendered when it was created.
///
/// Keyed by the label values themselves, so that no two children can ever print the same series.
final class Children<Instrument: AnyObject & Sendable>: Sendable {
    struct Child: Sendable {
        let labels: [UInt8]
        let instrument: Instrument
    }

    private struct State {
        var byValues: [[String]: Child] = [:]
        /// The children sorted by label block; nil after a change, until somebody asks.
        var sorted: [Child]?
    }

    private let names: [String]
    private let state = Mutex(State())

    init(names: [String]) { self.names = names }

    func resolve(_ values: [String], make: () -> Instrument) -> Instrument {
        self.state.withLock { state in
            if let known = state.byValues[values] { return known.instrument }
            let created = Child(labels: PreformattedLabels(self.names, values).bytes, instrument: make())
            state.byValues[values] = created
            state.sorted = nil
            return created.instrument
        }
    }

    func remove(_ values: [String]) {
        self.state.withLock { state in
            guard state.byValues.removeValue(forKey: values) != nil else { return }
            state.sorted = nil
        }
    }

    /// All children in a stable order; the array is shared, so the lock is held for a moment only.
    func all() -> [Child] {
        self.state.withLock { state in
            if let sorted = state.sorted { return sorted }
            let sorted = state.byValues.values.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
            state.sorted = sorted
            return sorted
        }
    }
}
