public import Venues

/// Chooses from what the venues list what we watch. Pure, and the same for the same input.
public struct UniversePlanner: Sendable {
    /// `USDT`, …; empty allows all.
    public var quoteAssets: Set<String>
    /// Canonical symbols to watch, and no others, whatever their volume; `nil` leaves the choice to the volume.
    public var symbols: Set<String>?
    /// In the quote asset, on each venue that shall count.
    public var minQuoteVolume: Double
    public var maxInstrumentsPerVenue: Int

    public init(
        quoteAssets: Set<String>,
        symbols: Set<String>? = nil,
        minQuoteVolume: Double,
        maxInstrumentsPerVenue: Int
    ) {
        (self.quoteAssets, self.symbols) = (quoteAssets, symbols)
        (self.minQuoteVolume, self.maxInstrumentsPerVenue) = (minQuoteVolume, maxInstrumentsPerVenue)
    }

    private struct Candidate {
        let venue: Int
        let instrument: ListedInstrument
        let volume: Double
    }

    /// Chooses what to add.
    ///
    /// Symbols come in the order of their volume on the first venue that lists them, then by name. Each is taken on all
    /// its venues that have room, if there are two of them: one alone makes no pair.
    ///
    /// - Parameters:
    ///   - venues: One a venue, in the order of the configuration; `nil` for one that did not answer yet.
    ///   - watched: Canonical symbols that each venue has already: they take room and count as listed.
    /// - Returns: For each venue what to add to it, in the order above.
    public func plan(_ venues: [VenueListing?], watched: [Set<String>] = []) -> [[ListedInstrument]] {
        let watched = venues.indices.map { $0 < watched.count ? watched[$0] : [] }
        var added: [[ListedInstrument]] = venues.map { _ in [] }
        var room = watched.map { self.maxInstrumentsPerVenue - $0.count }
        for (symbol, candidates) in self.inOrder(self.candidates(venues)) {
            let present = watched.count { $0.contains(symbol) }
            let possible = candidates.filter { !watched[$0.venue].contains(symbol) && room[$0.venue] > 0 }
            guard present + possible.count >= 2 else { continue }
            for candidate in possible {
                room[candidate.venue] -= 1
                added[candidate.venue].append(candidate.instrument)
            }
        }
        return added
    }

    /// By symbol: at most one a venue, in the order of the venues.
    private func candidates(_ venues: [VenueListing?]) -> [String: [Candidate]] {
        var candidates: [String: [Candidate]] = [:]
        for (venue, listing) in venues.enumerated() {
            guard let listing else { continue }
            var best: [String: Candidate] = [:]
            for instrument in listing.listing.instruments where self.isWanted(instrument) {
                let volume = listing.volumes[instrument.venueSymbol] ?? 0
                guard self.symbols != nil || volume >= self.minQuoteVolume else { continue }
                // Two listings of one symbol on a venue: the one that is traded.
                if let other = best[instrument.symbol], other.volume >= volume { continue }
                best[instrument.symbol] = Candidate(venue: venue, instrument: instrument, volume: volume)
            }
            for (symbol, candidate) in best { candidates[symbol, default: []].append(candidate) }
        }
        return candidates
    }

    private func isWanted(_ instrument: ListedInstrument) -> Bool {
        if let symbols = self.symbols { return symbols.contains(instrument.symbol) }
        return self.quoteAssets.isEmpty || self.quoteAssets.contains(instrument.quote)
    }

    private func inOrder(_ candidates: [String: [Candidate]]) -> [(String, [Candidate])] {
        candidates.map { ($0.key, $0.value) }.sorted { left, right in
            let (leftVolume, rightVolume) = (left.1.first?.volume ?? 0, right.1.first?.volume ?? 0)
            return leftVolume == rightVolume ? left.0 < right.0 : leftVolume > rightVolume
        }
    }
}
