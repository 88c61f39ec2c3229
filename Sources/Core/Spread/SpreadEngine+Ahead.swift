/// Fetches from memory what the next quotes will touch, while the present one is worked on.
///
/// The state of thousands of pairs does not fit into the caches next to a core, and which pairs come next, the batch
/// tells. One thing leads to another, so each quote is looked at three times: for its leg, for its pairs and the end of
/// its window, and for what these point to. Two quotes lie between, as one is over before all of it has come.
extension SpreadEngine {
    static let stepsAhead = 6
    /// So many pairs stay near by themselves.
    static let pairsNear = 64

    /// Called with each step: `index` is the element that is worked on next, less than 0 before the first.
    @inline(__always)
    func fetchAhead(_ batch: [RawElement], _ index: Int) {
        if let position = self.quoted(batch, index + 6) {
            self.legs.prefetch(position)
            self.links.prefetch(position)
            self.windows.prefetchQuotes(of: position, step: 0)
        }
        if let position = self.quoted(batch, index + 4) {
            for link in self.links.range(of: position) {
                self.legs.prefetch(Int(self.links[link].other))
                for pair in self.links[link].pairs { self.pairs.prefetch(pair) }
            }
            self.windows.prefetchQuotes(of: position, step: 1)
        }
        if let position = self.quoted(batch, index + 2) {
            for link in self.links.range(of: position) {
                for pair in self.links[link].pairs { self.pairs[pair].prefetch() }
            }
        }
    }

    /// The instrument of a quote that is to come.
    @inline(__always)
    private func quoted(_ batch: [RawElement], _ index: Int) -> Int? {
        guard index >= 0, index < batch.count, let position = batch[index].quoted?.position else { return nil }
        return position < self.legs.count ? position : nil
    }
}
