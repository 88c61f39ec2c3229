/// Clients without order or repetition: joining and leaving cost the same for one as for a thousand, and the ids are
/// at hand as the one array that goes into an action.
struct ClientList: Sendable {
    private(set) var ids: [ChartClientID] = []
    private var positions: [ChartClientID: Int] = [:]

    var isEmpty: Bool { self.ids.isEmpty }
    var count: Int { self.ids.count }

    mutating func insert(_ id: ChartClientID) {
        guard self.positions.updateValue(self.ids.count, forKey: id) == nil else {
            preconditionFailure("A client joins once.")
        }
        self.ids.append(id)
    }

    /// Takes the client out; `false` when it was not there.
    mutating func remove(_ id: ChartClientID) -> Bool {
        guard let position = self.positions.removeValue(forKey: id) else { return false }
        let last = self.ids.removeLast()
        if last != id {
            self.ids[position] = last
            self.positions[last] = position
        }
        return true
    }
}
