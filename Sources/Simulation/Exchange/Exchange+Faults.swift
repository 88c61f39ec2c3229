/// How a venue misbehaves, and stops it.
extension Exchange {
    var isCut: Bool { self.network.index { $0 == .cut } != nil }

    /// Whether nobody gets through to the venue.
    var isAway: Bool { self.network.index { $0 == .cut || $0 == .refuse || $0 == .stall || $0 == .halfOpen } != nil }

    /// What the venue's own clock shows.
    func told(_ now: Moment) -> Moment {
        let offset = self.network.clockOffsetSeconds
        return offset == 0 ? now : now.offBy(seconds: offset)
    }

    /// How somebody is received who connects.
    mutating func greet() -> Greeting {
        for index in self.network.faults.indices {
            switch self.network.faults[index].fault {
            case .cut, .refuse:
                self.network.faults[index].did(connections: 1)
                return .hangUp
            case .stall, .halfOpen:
                self.network.faults[index].did(connections: 1)
                return .silence
            case .certificate(let fault):
                self.network.faults[index].did(connections: 1)
                return .serve(fault)
            default: continue
            }
        }
        return .serve(nil)
    }

    /// Does what is ordered.
    ///
    /// - Throws: When the order names a symbol that the venue does not list, or no longer does.
    mutating func obey(_ order: FaultOrder, at now: Moment, into effects: inout [Effect]) throws(OrderError) {
        guard let fault = order.begins else { return self.end(all: true, at: now, into: &effects) }
        let listing = try order.symbol.map { symbol throws(OrderError) in try self.place(of: symbol, for: fault) }
        let begun = self.network.begin(order, listing: listing, at: now)
        switch fault {
        case .cut, .stall, .certificate:
            self.endAll(begun.id, into: &effects) { .close($0, code: nil) }
            effects.append(.hangUp(self.venue))
        case .refuse:
            effects.append(.refuse(self.venue))
            self.endAll(begun.id, into: &effects) { .close($0, code: nil) }
            effects.append(.hangUp(self.venue))
        case .drop: self.endAll(begun.id, into: &effects) { .reset($0) }
        case .close(let code): self.endAll(begun.id, into: &effects) { .close($0, code: code) }
        case .announce(let after): self.announce(begun.id, closeAfterSeconds: after, at: now, into: &effects)
        case .delist, .rename, .list: self.change(fault, at: listing)
        default: break
        }
    }

    /// Ends all faults, or those that are over.
    mutating func end(all: Bool, at now: Moment, into effects: inout [Effect]) {
        for ended in self.network.end(all: all, at: now) {
            switch ended.fault {
            case .refuse: effects.append(.admit(self.venue))
            case .stall, .halfOpen: effects.append(.letGo(self.venue))
            default: break
            }
        }
    }

    /// What falls due by the clock alone.
    mutating func keepFaults(at now: Moment, into effects: inout [Effect]) {
        self.end(all: false, at: now, into: &effects)
        self.network.drain(at: now, &self.account, into: &effects)
        for id in self.network.takeBroken() { self.connections[id]?.isOpen = false }
        guard let next = self.farewells.first, next.at.nanoseconds <= now.nanoseconds else { return }
        for farewell in self.farewells where farewell.at.nanoseconds <= now.nanoseconds {
            guard self.connections[farewell.id]?.isOpen == true else { continue }
            self.connections[farewell.id]?.isOpen = false
            effects.append(.close(farewell.id, code: 1001))
        }
        self.farewells.removeAll { $0.at.nanoseconds <= now.nanoseconds }
    }

    /// What follows when the connection is older than the venue lets it get.
    func ageLimit(of connection: Connection, at now: Moment) -> [Reaction] {
        for fault in self.network.faults {
            guard case .maxAge(let seconds) = fault.fault, now.seconds(since: connection.openedAt) >= seconds else {
                continue
            }
            return [.broke(.lifetime, evidence: "\(seconds) s"), .cut(code: 1001)]
        }
        return []
    }

    /// What follows a text frame, where symbols that are denied are as good as unknown.
    ///
    /// - Returns: The reactions, and the fault that took something from them.
    func reactions(
        to frame: [UInt8],
        on connection: inout Connection,
        at now: Moment
    ) -> (reactions: [Reaction], denial: Int?) {
        guard let index = self.network.index({ $0 == .deny }) else {
            return (self.dialect.react(to: frame, on: &connection, at: now), nil)
        }
        let fault = self.network.faults[index]
        var listings = self.listings
        for place in listings.indices where fault.listing == nil || fault.listing == place {
            listings[place].standing = .delisted
        }
        let reactions = self.venue.dialect(listings: listings).react(to: frame, on: &connection, at: now)
        let left = reactions.filter { reaction in
            switch reaction {
            // To ask for what is listed breaks no rule.
            case .broke(.unknownStream, _): false
            case .subscribe(let stream): self.listingOfStream[stream].map { listings[$0].standing != .delisted } ?? true
            default: true
            }
        }
        return (left, left.count < reactions.count ? index : nil)
    }

    // MARK: - Parts

    private var openConnections: [ConnectionID] {
        self.connections.keys.filter { self.connections[$0]?.isOpen == true }.sorted { $0.rawValue < $1.rawValue }
    }

    /// Ends all connections, the oldest first.
    private mutating func endAll(_ fault: Int, into effects: inout [Effect], how: (ConnectionID) -> Effect) {
        let open = self.openConnections
        for id in open {
            self.connections[id]?.isOpen = false
            effects.append(how(id))
        }
        self.network.did(fault, connections: open.count)
    }

    private mutating func announce(
        _ fault: Int,
        closeAfterSeconds after: Double,
        at now: Moment,
        into effects: inout [Effect]
    ) {
        let open = self.openConnections
        for id in open {
            self.farewells.append((id: id, at: now.advanced(bySeconds: after)))
            let form = self.connections[id]?.form ?? .plain
            guard let words = self.dialect.announcement(form: form, at: self.told(now)) else { continue }
            self.messages.append(.frame(id, Frame(kind: .control, listing: nil, bytes: words[...])))
            self.network.did(fault, frames: 1)
        }
        self.network.did(fault, connections: open.count)
        self.speak(at: now, into: &effects)
    }

    private func place(of symbol: String, for fault: Fault) throws(OrderError) -> Int {
        let wanted: Listing.Standing = fault == .list ? .delisted : .trading
        let place = self.listings.firstIndex { listing in
            listing.standing == wanted && (listing.symbol == symbol || listing.canonical == symbol)
        }
        guard let place else {
            let state = wanted == .delisted ? "has delisted no" : "lists no"
            let known = self.listings.filter { $0.standing == wanted }.prefix(5).map(\.symbol)
            let remedy = known.isEmpty ? "delist one first" : "write one such as \(known.joined(separator: ", "))"
            throw OrderError(description: "\(self.venue.rawValue) \(state) \(symbol); \(remedy)")
        }
        return place
    }

    private mutating func change(_ fault: Fault, at place: Int?) {
        guard let place else { return }
        var listings = self.listings
        switch fault {
        case .delist: listings[place].standing = .delisted
        case .list: listings[place].standing = .trading
        case .rename(let name):
            let quote = listings[place].quote
            let base = name.hasSuffix(quote) ? String(name.dropLast(quote.count)) : name
            let separator = listings[place].symbol == listings[place].canonical ? "" : "_"
            listings[place].base = base.hasSuffix("_") ? String(base.dropLast()) : base
            listings[place].symbol = listings[place].base + separator + quote
        default: return
        }
        self.relist(listings)
    }
}
