/// What a venue tells on its own account: quotes, trades, recordings, repeats, pings.
extension Exchange {
    mutating func publish(_ quote: Quote, listing: Int, at now: Moment, into effects: inout [Effect]) {
        if !quote.isEmpty { self.standing[listing] = quote }
        self.lastQuoted[listing] = now
        let (dialect, subject) = (self.dialect, self.listings[listing])
        let rendered = self.fanOut(self.quoteStreams[listing], at: now, into: &effects) { form in
            dialect.frame(quote: quote, of: subject, form: form, at: now)[...]
        }
        for bytes in rendered { self.account.sentQuote(of: subject.symbol, bytes: bytes) }
    }

    /// Trades that one order brought about; some venues tell them in one frame, others in one each.
    mutating func publish(_ trades: [Trade], listing: Int, at now: Moment, into effects: inout [Effect]) {
        let (dialect, subject) = (self.dialect, self.listings[listing])
        for batch in dialect.batches(of: trades) {
            let rendered = self.fanOut(self.tradeStreams[listing], at: now, into: &effects) { form in
                dialect.frame(trades: batch, of: subject, form: form, at: now)[...]
            }
            for bytes in rendered {
                self.account.tradesSent += batch.count
                self.account.sentFrame(bytes: bytes)
            }
        }
    }

    mutating func publish(
        recorded frame: ArraySlice<UInt8>,
        of stream: RecordedStream,
        at now: Moment,
        into effects: inout [Effect]
    ) {
        let dialect = self.dialect
        if stream.kind == .quote, let listing = self.listingOfStream[stream.stream] { self.played[listing] = frame }
        let rendered = self.fanOut(stream.stream, at: now, into: &effects) { form in
            form == .plain ? dialect.plain(recorded: frame) ?? frame : frame
        }
        for bytes in rendered {
            switch stream.kind {
            case .quote: self.account.sentQuote(of: stream.symbol, bytes: bytes)
            case .trade:
                self.account.tradesSent += 1
                self.account.sentFrame(bytes: bytes)
            case .other: self.account.sentFrame(bytes: bytes)
            }
        }
    }

    /// Hands one frame to every open subscriber, rendered once per form, and returns the size of each copy.
    private mutating func fanOut(
        _ stream: String,
        at now: Moment,
        into effects: inout [Effect],
        render: (FrameForm) -> ArraySlice<UInt8>
    ) -> [Int] {
        guard let subscribers = self.subscribers[stream], !subscribers.isEmpty else { return [] }
        var (plain, extended): (ArraySlice<UInt8>?, ArraySlice<UInt8>?) = (nil, nil)
        var sizes: [Int] = []
        for id in subscribers {
            guard let connection = self.connections[id], connection.isOpen else { continue }
            let bytes: ArraySlice<UInt8>
            switch connection.form {
            case .plain: bytes = plain ?? render(.plain)
            case .extended: bytes = extended ?? render(.extended)
            }
            if connection.form == .plain { plain = bytes } else { extended = bytes }
            self.connections[id]?.lastSent = now
            effects.append(.text(id, bytes))
            sizes.append(bytes.count)
        }
        return sizes
    }

    /// Pings, cuts and repeats that fall due.
    mutating func keepTime(at now: Moment, into effects: inout [Effect]) {
        for id in self.connections.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var connection = self.connections[id], connection.isOpen else { continue }
            let reactions = self.dialect.reactToTime(on: &connection, at: now)
            self.carryOut(reactions, on: &connection, at: now, into: &effects)
            self.connections[id] = connection
        }
        guard self.speaksUnasked, let every = self.dialect.repeatSeconds else { return }
        for index in self.listings.indices {
            guard let quote = self.standing[index], self.listings[index].standing == .trading else { continue }
            if let last = self.lastQuoted[index], now.seconds(since: last) < every { continue }
            self.publish(quote, listing: index, at: now, into: &effects)
        }
    }
}
