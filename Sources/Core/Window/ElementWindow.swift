/// What an append did to the storage of a window.
struct WindowGrowth: Sendable, Equatable {
    /// The difference in bytes: less than 0 when a chunk gave back more than the next one took.
    var bytes = 0
    var beganChunk = false
}

/// The elements of one instrument that are still in the window, oldest chunk first.
///
/// A plain value: a copy shares the chunks, so handing one out costs the engine nothing but the next append's copy of
/// the open chunk.
struct ElementWindow<State: WindowState>: Sendable {
    typealias Chunk = WindowChunk<State>

    private(set) var chunks: [Chunk] = []
    /// What everything so far came to, whether it is still in the window or not.
    private(set) var last = State()
    /// What ``bytes`` were when the caller last heard of them: the first change after a copy was handed out gives the
    /// list another capacity, and only the next growth or removal tells of it.
    private var told = 0
    /// Where the list of chunks, the open one, its bytes and their end are: only for ``prefetch()``, and perhaps out of
    /// date.
    private var tip: (list: UInt, chunk: UInt, bytes: UInt, end: UInt) = (0, 0, 0, 0)

    /// What everything that left the window came to; `nil` while nothing has left it.
    var past: State? {
        let past = self.chunks.first?.head ?? self.last
        return past.base.time == .min ? nil : past
    }

    var count: Int { self.chunks.reduce(0) { $0 + Int($1.count) } }
    var oldestTime: Int64? { self.chunks.first?.firstTime }

    /// What the chunks cost: their storage and their places in this window's list, used or not.
    var bytes: Int {
        guard self.chunks.capacity > 0 else { return 0 }
        let list = ChunkStorage.overhead + self.chunks.capacity * MemoryLayout<Chunk>.stride
        return self.chunks.reduce(list) { $0 + $1.size }
    }

    /// When the newest element of the oldest chunk came.
    var oldestChunkEnd: Int64 { self.chunks.count > 1 ? self.chunks[1].head.base.time : self.last.base.time }

    /// Has the processor bring near what an append touches beside the window itself.
    @inline(__always)
    func prefetch() {
        Prefetch.header(ofArrayAt: self.tip.list)
        Prefetch.place(self.tip.chunk, MemoryLayout<Chunk>.size)
        Prefetch.header(ofArrayAt: self.tip.bytes)
        Prefetch.place(self.tip.end, ElementCode.longest)
    }

    /// Appends an element with numbers of its own.
    ///
    /// - Parameters:
    ///   - kind: What the element says.
    ///   - time: Not before the last one's.
    ///   - first: Its first number, exactly.
    ///   - second: Its second number, exactly.
    ///   - serial: The number of the chunk, should one be begun.
    ///   - span: How long the window is to be: it limits the time that a chunk covers.
    ///   - storage: Where chunks' storage comes from.
    /// - Returns: What that did to the storage.
    @inline(__always)
    mutating func append(
        _ kind: State.Kind,
        time: Int64,
        first: ExactDecimal,
        second: ExactDecimal,
        serial: UInt64,
        span: Int64,
        storage: inout ChunkStorage
    ) -> WindowGrowth {
        let before = self.last.base
        var now = before
        now.time = time
        now.move(first: first, second: second, isLinked: State.isLinked)
        var code = ElementCode(kind.rawValue, before: before, now: now, isLinked: State.isLinked)
        var growth = WindowGrowth()
        if !self.hasRoom(for: code, at: time, span) {
            growth = self.makeRoom(for: code, at: time, serial, span, &storage)
            if growth.beganChunk, now.coarsen(to: first, second, isLinked: State.isLinked) {
                code = ElementCode(kind.rawValue, before: before, now: now, isLinked: State.isLinked)
            }
        }
        self.write(kind, code, now)
        return growth
    }

    /// Appends a mark: an element that leaves the numbers as they are.
    mutating func append(
        _ mark: State.Kind,
        time: Int64,
        serial: UInt64,
        span: Int64,
        storage: inout ChunkStorage
    ) -> WindowGrowth {
        let before = self.last.base
        var now = before
        now.time = time
        let code = ElementCode(mark.rawValue, before: before, now: now, isLinked: State.isLinked)
        var growth = WindowGrowth()
        if !self.hasRoom(for: code, at: time, span) {
            growth = self.makeRoom(for: code, at: time, serial, span, &storage)
        }
        self.write(mark, code, now)
        return growth
    }

    @inline(__always)
    private mutating func write(_ kind: State.Kind, _ code: ElementCode, _ now: ElementBase) {
        self.chunks[self.chunks.count - 1].append(code)
        self.tip.end &+= UInt(code.length)
        self.last.base = now
        self.last.note(kind)
    }

    @inline(__always)
    private func hasRoom(for code: ElementCode, at time: Int64, _ span: Int64) -> Bool {
        let open = self.chunks.count - 1
        return open >= 0 && self.chunks[open].holds(code, size: self.chunks[open].size)
            && !self.isOver(self.chunks[open], at: time, span)
    }

    /// Whether a chunk covers so much time that it would keep its oldest elements for too long.
    @inline(__always)
    private func isOver(_ chunk: Chunk, at time: Int64, _ span: Int64) -> Bool {
        let covered = time &- chunk.firstTime
        return covered > span / 8 && (covered > span || chunk.used >= 256)
    }

    /// Grows the open chunk, or begins another: the more the window holds, the larger.
    @inline(never)
    private mutating func makeRoom(
        for code: ElementCode,
        at time: Int64,
        _ serial: UInt64,
        _ span: Int64,
        _ storage: inout ChunkStorage
    ) -> WindowGrowth {
        defer { self.findTip() }
        let whole = Self.chunkSize(inWindowOf: self.bytes)
        if let open = self.chunks.indices.last {
            let size = min(self.chunks[open].size * 2, whole)
            if !self.isOver(self.chunks[open], at: time, span), self.chunks[open].holds(code, size: size) {
                self.chunks[open].resize(to: size, &storage)
                return WindowGrowth(bytes: self.tell())
            }
            self.chunks[open].seal(&storage)
        }
        let bytes = storage.take(ChunkSize.holding(whole / 4))
        if self.chunks.count == self.chunks.capacity {
            self.chunks.reserveCapacity(self.chunks.count + 1 + self.chunks.count / 4)
        }
        self.chunks.append(Chunk(serial: serial, firstTime: time, head: self.last, bytes: bytes))
        return WindowGrowth(bytes: self.tell(), beganChunk: true)
    }

    private mutating func findTip() {
        let open = self.chunks.count - 1
        let list = unsafe self.chunks.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        let bytes = self.chunks[open].place
        let chunk = list &+ UInt(open * MemoryLayout<Chunk>.stride)
        self.tip = (list, chunk, bytes, bytes &+ UInt(self.chunks[open].used))
    }

    /// By how much the bytes differ from what was told of them.
    private mutating func tell() -> Int {
        let (bytes, told) = (self.bytes, self.told)
        self.told = bytes
        return bytes - told
    }

    /// The size of a full chunk: an eighth of the window, of the sizes that there are.
    private static func chunkSize(inWindowOf bytes: Int) -> Int {
        ChunkSize.holding(min(max(bytes / 8, ChunkSize.shortest * 2), ChunkSize.longest))
    }

    /// Takes the oldest chunk out.
    ///
    /// - Returns: The elements that it held, and the bytes that this gave back.
    mutating func removeOldest(_ storage: inout ChunkStorage) -> (count: Int, bytes: Int) {
        guard !self.chunks.isEmpty else { return (0, 0) }
        let oldest = self.chunks.removeFirst()
        let count = Int(oldest.count)
        storage.give(oldest.bytes)
        // A list that was long once is copied to one that fits.
        if self.chunks.isEmpty {
            self.chunks = []
        } else if self.chunks.capacity > self.chunks.count * 2 + 4 {
            self.chunks = self.chunks.map(\.self)
        }
        return (count, -self.tell())
    }
}
