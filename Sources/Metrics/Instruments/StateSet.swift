import Synchronization

/// The states that a stateset can be in, as a type.
public protocol StateLabel: CaseIterable, Hashable, Sendable {
    /// The value of the state's label.
    var label: String { get }
}

/// Which one of its states something is in.
public final class StateSet<State: StateLabel>: Sendable {
    let cell: StateCell
    private let positions: [State: Int]

    init(_ cell: StateCell) {
        self.cell = cell
        self.positions = Dictionary(uniqueKeysWithValues: zip(State.allCases, 0...))
    }

    public func set(_ state: State) {
        guard let position = self.positions[state] else { preconditionFailure("\(state) is not among all cases.") }
        self.cell.position.store(position, ordering: .relaxed)
    }
}

/// The position of the current state. One number, so that every scrape sees exactly one state.
final class StateCell: Sendable {
    // Relaxed: nothing is published through it.
    let position = Atomic<Int>(0)

    var value: Int { self.position.load(ordering: .relaxed) }
}
