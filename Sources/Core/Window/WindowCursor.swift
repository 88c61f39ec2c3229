/// Walks a window's elements, oldest first.
struct WindowCursor<State: WindowState>: Sendable {
    typealias Element = WindowElement<State.Kind>

    private let chunks: [WindowChunk<State>]
    private var nextChunk: Int
    /// The current chunk's.
    private var bytes: [UInt8] = []
    private var offset = 0
    private var remaining = 0
    /// What all elements before ``upcoming`` came to.
    private(set) var state: State
    /// The element that ``next()`` will give; `nil` at the end.
    private(set) var upcoming: Element?

    /// Stands before the window's oldest element.
    init(_ window: ElementWindow<State>) { self.init(window, chunk: 0) }

    /// Stands before the first element at or after `time`; what stood then is in ``state``.
    ///
    /// Decodes no more than the one chunk in which that is.
    init(_ window: ElementWindow<State>, from time: Int64) {
        var (low, high) = (0, window.chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if window.chunks[middle].firstTime < time { low = middle + 1 } else { high = middle }
        }
        self.init(window, chunk: max(0, low - 1))
        while let upcoming = self.upcoming, upcoming.time < time { _ = self.next() }
    }

    private init(_ window: ElementWindow<State>, chunk: Int) {
        self.chunks = window.chunks
        self.nextChunk = chunk
        self.state = chunk < window.chunks.count ? window.chunks[chunk].head : window.last
        self.upcoming = self.read()
    }

    @inline(__always)
    mutating func next() -> Element? {
        guard let element = self.upcoming else { return nil }
        self.state.base = element.numbers
        self.state.note(element.kind)
        self.upcoming = self.read()
        return element
    }

    @inline(__always)
    private mutating func read() -> Element? {
        while self.remaining == 0 {
            guard self.nextChunk < self.chunks.count else { return nil }
            self.bytes = self.chunks[self.nextChunk].bytes
            (self.offset, self.remaining) = (0, Int(self.chunks[self.nextChunk].count))
            self.nextChunk += 1
        }
        self.remaining -= 1
        var (numbers, offset) = (self.state.base, self.offset)
        let kind = ElementCode.read(self.bytes.span, at: &offset, into: &numbers, isLinked: State.isLinked)
        self.offset = offset
        return State.Kind(rawValue: kind).map { Element(kind: $0, numbers: numbers) }
    }
}
