import Core
import Venues
import WireLogs

/// Merges recordings by receive time and drives a ``ReplayMarket`` with them to their end.
struct ReplayRun {
    /// One recording of one venue's connection.
    struct Source {
        let adapter: any VenueAdapter.Type
        let path: String
    }

    private struct Input {
        let reader: WireLogReader
        let venue: VenueIndex
        let connection: Int
        /// The frame that comes next; `nil` at the end.
        var line: WireLogReader.Line?
    }

    /// Runs all lines up to and including `until`; without it, to the last one.
    ///
    /// - Parameters:
    ///   - sources: Lines of equal times come in the order of these.
    ///   - configuration: See ``ReplayMarket``.
    ///   - until: Where the clock ends.
    /// - Returns: The market as it stands then.
    /// - Throws: What is wrong with a recording, which ends the replay.
    static func run(
        _ sources: [Source],
        configuration: Configuration,
        until: ReplayInstant?
    ) throws(WireLogError) -> ReplayMarket {
        var adapters: [any VenueAdapter.Type] = []
        for source in sources where !adapters.contains(where: { $0 == source.adapter }) {
            adapters.append(source.adapter)
        }
        let market = ReplayMarket(adapters: adapters, configuration: configuration)
        var inputs: [Input] = []
        for source in sources {
            guard let position = adapters.firstIndex(where: { $0 == source.adapter }) else { continue }
            let venue = VenueIndex(position)
            let reader = try WireLogReader(path: source.path)
            let line = try reader.next()
            inputs.append(Input(reader: reader, venue: venue, connection: market.connect(venue), line: line))
        }
        while let index = Self.earliest(inputs), let line = inputs[index].line {
            if let until, line.receivedNanoseconds > until.nanoseconds { break }
            let input = inputs[index]
            let frame = Array(input.reader.buffer[line.frame])
            market.receive(
                frame.span,
                of: input.venue,
                on: input.connection,
                at: Timestamp(nanoseconds: line.receivedNanoseconds)
            )
            inputs[index].line = try input.reader.next()
        }
        let end = until.map { Timestamp(nanoseconds: $0.nanoseconds) } ?? market.now
        if end != .never { market.end(at: end) }
        return market
    }

    /// The input whose next line comes first; of equal times the first in the list.
    private static func earliest(_ inputs: [Input]) -> Int? {
        var earliest: (index: Int, time: Int64)?
        for (index, input) in inputs.enumerated() {
            guard let line = input.line else { continue }
            if let known = earliest, known.time <= line.receivedNanoseconds { continue }
            earliest = (index, line.receivedNanoseconds)
        }
        return earliest?.index
    }
}
