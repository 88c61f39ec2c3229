/// What stands between a venue and its clients: the faults that it has, and the lines that they act upon.
///
/// Without a fault it hands everything on as it came. What it does not hand on it counts, so that at any time
/// frames made + added + doubled = frames sent + withheld + held.
struct Network: Sendable {
    /// Of those that are over, so many are remembered.
    private static let endedMax = 100

    var faults: [ActiveFault] = []
    private(set) var ended: [ActiveFault] = []
    private var lines: [ConnectionID: Line] = [:]
    private var generator: SplitMix64
    private var orderCount = 0
    /// Connections that the network itself has ended; the venue must hear of it.
    private(set) var broken: [ConnectionID] = []

    init(seed: UInt64) { self.generator = SplitMix64(seed: seed) }

    var isClear: Bool { self.faults.isEmpty && self.lines.isEmpty }
    var framesHeld: Int { self.lines.values.reduce(0) { $0 + $1.framesHeld } }

    func index(_ isMeant: (Fault) -> Bool) -> Int? { self.faults.firstIndex { isMeant($0.fault) } }

    var isHalfOpen: Bool { self.index { $0 == .halfOpen } != nil }

    /// How far the venue's clock is off.
    var clockOffsetSeconds: Double {
        for fault in self.faults { if case .clock(let seconds) = fault.fault { return seconds } }
        return 0
    }

    // MARK: - Faults

    /// Remembers an order as a fault, or as done.
    ///
    /// - Returns: Its index among the faults, which is the last.
    mutating func begin(_ order: FaultOrder, listing: Int?, at now: Moment) -> ActiveFault {
        self.orderCount += 1
        let fault = ActiveFault(id: self.orderCount, order: order, listing: listing, at: now)
        if order.fault.isMomentary { self.remember(fault) } else { self.faults.append(fault) }
        return fault
    }

    /// Counts what a momentary fault did, which is over already.
    mutating func did(_ id: Int, frames: Int = 0, connections: Int = 0) {
        if let index = self.faults.firstIndex(where: { $0.id == id }) {
            self.faults[index].did(frames: frames, connections: connections)
        }
        if let index = self.ended.firstIndex(where: { $0.id == id }) {
            self.ended[index].did(frames: frames, connections: connections)
        }
    }

    /// Ends the faults that are over, or all.
    mutating func end(all: Bool, at now: Moment) -> [ActiveFault] {
        let over = self.faults.filter { all || $0.isOver(at: now) }
        guard !over.isEmpty else { return [] }
        self.faults.removeAll { fault in over.contains { $0.id == fault.id } }
        for fault in over { self.remember(fault) }
        return over
    }

    private mutating func remember(_ fault: ActiveFault) {
        self.ended.append(fault)
        if self.ended.count > Self.endedMax { self.ended.removeFirst() }
    }

    // MARK: - Frames

    /// Takes what the venue says and hands on what the faults leave of it.
    mutating func take(_ message: Message, at now: Moment, _ account: inout Account, into effects: inout [Effect]) {
        guard case .frame(let id, let frame) = message else {
            return self.takeControl(message, at: now, &account, into: &effects)
        }
        account.framesMade += 1
        guard !self.isClear else { return self.put(.parcel(Parcel(frame: frame)), on: id, &account, into: &effects) }
        guard !self.broken.contains(id), self.lets(frame, on: id) else {
            account.framesWithheld += 1
            return
        }
        for parcel in self.parcels(of: frame, on: id, &account) {
            self.push(.parcel(parcel), on: id, at: now, &account, into: &effects)
        }
        self.intrude(after: frame, on: id, at: now, &account, into: &effects)
    }

    private mutating func takeControl(
        _ message: Message,
        at now: Moment,
        _ account: inout Account,
        into effects: inout [Effect]
    ) {
        let id = message.connection
        let item: Line.Item
        switch message {
        case .frame: return
        case .ping(_, let payload): item = .ping(payload)
        case .pong(_, let payload): item = .pong(payload)
        case .close(_, let code): item = .close(code: code)
        }
        if case .close = item {} else if self.isHalfOpen || self.lines[id]?.isPoisoned == true { return }
        self.push(item, on: id, at: now, &account, into: &effects)
    }

    /// Whether a frame gets through at all.
    private mutating func lets(_ frame: Frame, on id: ConnectionID) -> Bool {
        if self.lines[id]?.isPoisoned == true { return false }
        for index in self.faults.indices {
            let stops: Bool
            switch self.faults[index].fault {
            case .halfOpen: stops = true
            case .mute: stops = frame.isData && self.faults[index].means(frame)
            case .skip(let stream):
                stops = frame.belongs(to: stream) && self.faults[index].means(frame) && self.faults[index].isDue()
            default: stops = false
            }
            if stops {
                self.faults[index].did(frames: 1)
                return false
            }
        }
        return true
    }

    /// The frame as it will be sent: doubled, in pieces, behind its successor, or not yet.
    private mutating func parcels(of frame: Frame, on id: ConnectionID, _ account: inout Account) -> [Parcel] {
        var frames = [frame]
        var form = Parcel.Form.text
        for index in self.faults.indices where self.faults[index].means(frame) {
            switch self.faults[index].fault {
            case .duplicate where frame.isData && self.faults[index].isDue():
                frames.append(frame)
                account.framesDoubled += 1
            case .fragment(let pieces) where self.faults[index].isDue(): form = .fragments(pieces)
            case .reorder where frame.isQuote:
                if let late = self.lines[id]?.release(listing: frame.listing) {
                    frames.append(late)
                } else if self.faults[index].isDue() {
                    self.lines[id, default: Line()].heldBack.append(frame)
                    frames.removeAll()
                } else {
                    continue
                }
            default: continue
            }
            self.faults[index].did(frames: 1)
        }
        return frames.map { Parcel(frame: $0, form: form) }
    }

    /// What no venue should say, said behind a frame.
    private mutating func intrude(
        after frame: Frame,
        on id: ConnectionID,
        at now: Moment,
        _ account: inout Account,
        into effects: inout [Effect]
    ) {
        for index in self.faults.indices where self.faults[index].means(frame) {
            var parcel: Parcel
            switch self.faults[index].fault {
            case .binary where self.faults[index].isDue():
                parcel = Parcel(frame: self.stray(self.noise(count: 64)), form: .binary)
            case .garbage where self.faults[index].isDue(): parcel = Parcel(frame: self.stray(self.garbled(frame)))
            case .oversized(let bytes) where self.faults[index].isDue():
                parcel = Parcel(frame: self.stray([UInt8](repeating: UInt8(ascii: " "), count: bytes)[...]))
            default: continue
            }
            self.faults[index].did(frames: 1)
            account.framesAdded += 1
            self.push(.parcel(parcel), on: id, at: now, &account, into: &effects)
            guard parcel.form == .text else { continue }
            self.lines[id, default: Line()].isPoisoned = true
            return
        }
    }

    private func stray(_ bytes: ArraySlice<UInt8>) -> Frame { Frame(kind: .other, listing: nil, bytes: bytes) }

    private mutating func noise(count: Int) -> ArraySlice<UInt8> {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: self.generator.next()) }[...]
    }

    /// Something that begins like a frame, looks like a page, or is no text at all; never JSON.
    private mutating func garbled(_ frame: Frame) -> ArraySlice<UInt8> {
        switch self.generator.next() % 3 {
        case 0 where frame.bytes.count > 2: frame.bytes.prefix(frame.bytes.count / 2)
        case 1: [0x81, 0x7E, 0x00] + self.noise(count: 80)
        default: Array("<html><body>502 Bad Gateway</body></html>".utf8)[...]
        }
    }

    // MARK: - Lines

    private mutating func push(
        _ item: Line.Item,
        on id: ConnectionID,
        at now: Moment,
        _ account: inout Account,
        into effects: inout [Effect]
    ) {
        let (delay, rate) = (self.delaySeconds, self.bytesPerSecond)
        guard delay != nil || rate != nil || self.lines[id]?.isEmpty == false else {
            return self.put(item, on: id, &account, into: &effects)
        }
        self.lines[id, default: Line()].enqueue(item, due: now.advanced(bySeconds: delay ?? 0))
        guard self.lines[id]?.waitingBytes ?? 0 > Line.waitingBytesMax else { return }
        self.broken.append(id)
        effects.append(.close(id, code: nil))
    }

    private var delaySeconds: Double? {
        for fault in self.faults { if case .delay(let seconds) = fault.fault { return seconds } }
        return nil
    }

    private var bytesPerSecond: Double? {
        for fault in self.faults { if case .throttle(let rate) = fault.fault { return rate } }
        return nil
    }

    /// Lets go what fell due, the oldest connection first.
    mutating func drain(at now: Moment, _ account: inout Account, into effects: inout [Effect]) {
        guard !self.lines.isEmpty else { return }
        let (isDelayed, rate) = (self.delaySeconds != nil, self.bytesPerSecond)
        let isReordering = self.index { $0 == .reorder } != nil
        for id in self.lines.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            while !self.isHalfOpen, !self.broken.contains(id),
                let item = self.lines[id]?.next(at: now, isDelayed: isDelayed, bytesPerSecond: rate)
            {
                self.put(item, on: id, &account, into: &effects)
            }
            if !isReordering, let late = self.lines[id]?.heldBack, !late.isEmpty {
                self.lines[id]?.heldBack.removeAll()
                for frame in late { self.put(.parcel(Parcel(frame: frame)), on: id, &account, into: &effects) }
            }
            // What a line may still send is remembered as long as there is a rate.
            if rate == nil, self.lines[id]?.isTrivial == true { self.lines[id] = nil }
        }
    }

    /// Onto the socket.
    private mutating func put(
        _ item: Line.Item,
        on id: ConnectionID,
        _ account: inout Account,
        into effects: inout [Effect]
    ) {
        switch item {
        case .ping(let payload): effects.append(.ping(id, payload))
        case .pong(let payload): effects.append(.pong(id, payload))
        case .close(let code): effects.append(.close(id, code: code))
        case .parcel(let parcel):
            account.sent(parcel.frame)
            if let kept = self.tornAt(parcel.frame, on: id) {
                effects.append(.torn(id, parcel.frame.bytes, bytes: kept))
                self.broken.append(id)
                return
            }
            switch parcel.form {
            case .text: effects.append(.text(id, parcel.frame.bytes))
            case .binary: effects.append(.binary(id, parcel.frame.bytes))
            case .fragments(let count): effects.append(.fragments(id, parcel.frame.bytes, count: count))
            }
        }
    }

    /// After how many bytes of the frame the connection ends.
    private mutating func tornAt(_ frame: Frame, on id: ConnectionID) -> Int? {
        for index in self.faults.indices {
            guard case .tear(let limit) = self.faults[index].fault, !self.faults[index].isSpent else { continue }
            let before = self.faults[index].bytesSent[id, default: 0]
            self.faults[index].bytesSent[id] = before + frame.wireBytes
            guard before + frame.wireBytes > limit, self.faults[index].isDue() else { continue }
            self.faults[index].did(frames: 1, connections: 1)
            return max(0, limit - before)
        }
        return nil
    }

    mutating func takeBroken() -> [ConnectionID] {
        defer { self.broken.removeAll() }
        return self.broken
    }

    /// The connection is gone, and what it held is lost with it.
    mutating func closed(_ id: ConnectionID, _ account: inout Account) {
        for index in self.faults.indices { self.faults[index].bytesSent[id] = nil }
        guard let line = self.lines.removeValue(forKey: id) else { return }
        account.framesWithheld += line.framesHeld
    }
}
