/// What a venue tells on its own account: quotes, trades, recordings, repeats, pings.
extension Exchange {
    mutating func publish(_ quote: Quote, listing: Int, at now: Moment) {
        if !quote.isEmpty { self.standing[listing] = quote }
        guard self.listings[listing].standing == .trading else { return }
        self.lastQuoted[listing] = now
        let (dialect, subject, told) = (self.dialect, self.listings[listing], self.told(now))
        let shifted = quote.shifted(byMilliseconds: Int64(self.network.clockOffsetSeconds * 1_000))
        self.fanOut(self.quoteStreams[listing], .quote(of: subject.symbol), listing, at: now) { form in
            dialect.frame(quote: shifted, of: subject, form: form, at: told)[...]
        }
    }

    /// Trades that one order brought about; some venues tell them in one frame, others in one each.
    mutating func publish(_ trades: [Trade], listing: Int, at now: Moment) {
        guard self.listings[listing].standing == .trading else { return }
        let (dialect, subject, told) = (self.dialect, self.listings[listing], self.told(now))
        for batch in dialect.batches(of: trades) {
            self.fanOut(self.tradeStreams[listing], .trades(batch.count), listing, at: now) { form in
                dialect.frame(trades: batch, of: subject, form: form, at: told)[...]
            }
        }
    }

    mutating func publish(recorded frame: ArraySlice<UInt8>, of stream: RecordedStream, at now: Moment) {
        let dialect = self.dialect
        let listing = self.listingOfStream[stream.stream]
        if let listing, self.listings[listing].standing == .delisted { return }
        let kind: Frame.Kind
        switch stream.kind {
        case .quote:
            if let listing { self.played[listing] = frame }
            kind = .quote(of: stream.symbol)
        case .trade: kind = .trades(1)
        case .other: kind = .other
        }
        self.fanOut(stream.stream, kind, listing, at: now) { form in
            form == .plain ? dialect.plain(recorded: frame) ?? frame : frame
        }
    }

    /// Says one thing to every open subscriber, rendered once per form.
    private mutating func fanOut(
        _ stream: String,
        _ kind: Frame.Kind,
        _ listing: Int?,
        at now: Moment,
        render: (FrameForm) -> ArraySlice<UInt8>
    ) {
        guard let subscribers = self.subscribers[stream], !subscribers.isEmpty else { return }
        var (plain, extended): (ArraySlice<UInt8>?, ArraySlice<UInt8>?) = (nil, nil)
        for id in subscribers {
            guard let connection = self.connections[id], connection.isOpen else { continue }
            let bytes: ArraySlice<UInt8>
            switch connection.form {
            case .plain: bytes = plain ?? render(.plain)
            case .extended: bytes = extended ?? render(.extended)
            }
            if connection.form == .plain { plain = bytes } else { extended = bytes }
            self.connections[id]?.lastSent = now
            self.messages.append(.frame(id, Frame(kind: kind, listing: listing, bytes: bytes)))
        }
    }

    /// Pings, cuts and repeats that fall due.
    mutating func keepTime(at now: Moment, sinceSeconds elapsed: Double) {
        // Who is not heard cannot be blamed for silence.
        guard !self.network.isHalfOpen else { return self.forgive(pauseSeconds: elapsed, at: now) }
        for id in self.connections.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var connection = self.connections[id], connection.isOpen else { continue }
            let reactions = self.dialect.reactToTime(on: &connection, at: now) + self.ageLimit(of: connection, at: now)
            self.carryOut(reactions, on: &connection, at: now)
            self.connections[id] = connection
        }
        guard self.speaksUnasked, let every = self.dialect.repeatSeconds else { return }
        for index in self.listings.indices {
            guard let quote = self.standing[index], self.listings[index].standing == .trading else { continue }
            if let last = self.lastQuoted[index], now.seconds(since: last) < every { continue }
            self.publish(quote, listing: index, at: now)
        }
    }
}
