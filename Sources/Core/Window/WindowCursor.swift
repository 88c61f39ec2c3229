/// Walks a window's elements, oldest first.
struct WindowCursor<State: WindowState>: Sendable {
    typealias Element = WindowElement<State.Kind>

    private let chunks: [WindowChunk<State>]
    private var nextChunk: Int
    /// The current chunk's.
    private var bytes: [UInt8] = []
    private var offset = 0
    /// Elements of the chunk that were not read yet.
    private var remaining = 0
    /// What all elements before the first one that this gives came to.
    private(set) var state: State
    /// Of the element that ``next()`` will give, or of the last one.
    private var kind: UInt8 = 0
    private var numbers: ElementBase
    /// Whether there is one more element.
    private(set) var hasNext = true
    /// When the next element came, in engine time; beyond all times where there is none.
    private(set) var nextTime = Int64.max

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
        while self.nextTime < time, let passed = self.next() {
            self.state.base = passed.numbers
            self.state.note(passed.kind)
        }
    }

    private init(_ window: ElementWindow<State>, chunk: Int) {
        self.chunks = window.chunks
        self.nextChunk = chunk
        self.state = chunk < window.chunks.count ? window.chunks[chunk].head : window.last
        self.numbers = self.state.base
        self.read()
    }

    /// How many elements are left.
    var count: Int {
        self.chunks[self.nextChunk...].reduce(self.remaining + (self.hasNext ? 1 : 0)) { $0 + Int($1.count) }
    }

    @inline(__always)
    mutating func next() -> Element? {
        guard self.hasNext, let kind = State.Kind(rawValue: self.kind) else { return nil }
        let element = Element(kind: kind, numbers: self.numbers)
        self.read()
        return element
    }

    @inline(__always)
    private mutating func read() {
        while self.remaining == 0 {
            guard self.nextChunk < self.chunks.count else {
                (self.hasNext, self.nextTime) = (false, .max)
                return
            }
            self.bytes = self.chunks[self.nextChunk].bytes
            (self.offset, self.remaining) = (0, Int(self.chunks[self.nextChunk].count))
            self.nextChunk += 1
        }
        self.remaining -= 1
        var (numbers, offset) = (self.numbers, self.offset)
        self.kind = ElementCode.read(self.bytes.span, at: &offset, into: &numbers, isLinked: State.isLinked)
        (self.numbers, self.offset, self.nextTime) = (numbers, offset, numbers.time)
    }
}
