import WireLogs

/// One venue's recording: the frames of the streams that can be subscribed to, in order, and what they say it lists.
struct Recording: Sendable {
    struct Frame: Sendable {
        let offsetNanoseconds: Int64
        let bytes: Range<Int>
        /// Index into `streams`.
        let stream: Int
    }

    let venue: SimulatedVenue
    let bytes: [UInt8]
    private(set) var frames: [Frame] = []
    private(set) var streams: [RecordedStream] = []
    private(set) var listings: [Listing] = []
    private(set) var firstQuotes: [Quote?] = []
    /// Receive time of the first frame that has one.
    let startNanoseconds: Int64?

    init(venue: SimulatedVenue, log: WireLog, dialect: any Dialect) {
        self.venue = venue
        self.bytes = log.bytes
        self.startNanoseconds = log.received.first { $0.receivedNanoseconds > 0 }?.receivedNanoseconds
        var indexByKey: [ArraySlice<UInt8>: Int] = [:]
        var indexByStream: [String: Int] = [:]
        var latest = self.startNanoseconds ?? 0
        for line in log.received {
            latest = max(latest, line.receivedNanoseconds)
            let slice = log.bytes[line.frame]
            let key = Self.key(of: slice)
            var index = key.flatMap { indexByKey[$0] }
            if index == nil, let parsed = try? JSONParser.parse(Array(slice)), let stream = dialect.recorded(parsed) {
                index = indexByStream[stream.stream]
                if index == nil {
                    index = self.streams.count
                    indexByStream[stream.stream] = index
                    self.streams.append(stream)
                }
                // The same key always means the same stream: later frames need not be parsed.
                if let key { indexByKey[key] = index }
            }
            guard let index else { continue }
            self.frames.append(Frame(offsetNanoseconds: latest, bytes: line.frame, stream: index))
        }
        self.list()
    }

    /// The leading `{"stream":"..."` or `{"topic":"..."` of a frame.
    private static func key(of frame: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for start in ["{\"stream\":\"", "{\"topic\":\""] where frame.starts(with: start.utf8) {
            let value = frame.startIndex + start.utf8.count
            return frame[value...].firstIndex(of: UInt8(ascii: "\"")).map { frame[value..<$0] }
        }
        return nil
    }

    private mutating func list() {
        var places: [String: Int] = [:]
        for stream in self.streams {
            let place = places[stream.symbol] ?? self.listings.count
            if places[stream.symbol] == nil {
                places[stream.symbol] = place
                self.listings.append(Self.listing(stream.symbol, of: self.venue, quote: nil, rank: place))
                self.firstQuotes.append(nil)
            }
            if let quote = stream.quote, self.firstQuotes[place] == nil {
                self.listings[place] = Self.listing(stream.symbol, of: self.venue, quote: quote, rank: place)
                self.firstQuotes[place] = quote
            }
        }
    }

    private static func listing(_ symbol: String, of venue: SimulatedVenue, quote: Quote?, rank: Int) -> Listing {
        let (base, asset) = Self.split(symbol)
        return Listing(
            symbol: symbol,
            base: base,
            quote: asset,
            standing: symbol.contains("_") && venue != .gateio ? .dated : .trading,
            priceDecimals: quote?.bid.decimals ?? 2,
            sizeDecimals: quote?.bidSize.decimals ?? 4,
            tickUnits: 1,
            dailyTurnover: 1.8e9 / Double(rank + 1)
        )
    }

    /// A recording has no list of instruments, so the quote asset is guessed from the end of the name.
    private static func split(_ symbol: String) -> (base: String, quote: String) {
        let parts = symbol.split(separator: "_", maxSplits: 1).map(String.init)
        if parts.count == 2, !parts[1].allSatisfy(\.isNumber) { return (base: parts[0], quote: parts[1]) }
        let assets = ["FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD", "EUR", "TRY", "BRL", "BTC", "ETH", "BNB"]
        for asset in assets where parts[0].hasSuffix(asset) && parts[0] != asset {
            return (base: String(parts[0].dropLast(asset.count)), quote: asset)
        }
        return (base: parts[0], quote: "USDT")
    }
}
