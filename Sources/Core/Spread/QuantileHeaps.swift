/// One nearest-rank quantile of a changing set of values, at O(log n) a change.
///
/// The smallest `⌈n·q⌉` values are in a heap with the largest of them on top, which is the quantile; all others are in
/// a heap with the smallest on top. Values live outside, by slot; each slot knows its place, so any can be taken out.
struct QuantileHeaps: Sendable {
    private let quantile: Quantile
    /// Slots, as heaps.
    private var low: [Int32] = []
    private var high: [Int32] = []
    /// By slot: its position in `low`, or `-1 -` its position in `high`.
    private var places: [Int32] = []

    init(_ quantile: Quantile) { self.quantile = quantile }

    /// The slot of the quantile.
    ///
    /// - Precondition: There is at least one value.
    var slot: Int { Int(self.low[0]) }

    /// Takes in the value at `slot`, which is not in yet.
    mutating func insert(_ slot: Int, _ values: [Double]) {
        while self.places.count <= slot { self.places.append(0) }
        if let top = self.low.first, values[slot] <= values[Int(top)] {
            self.push(Int32(slot), low: true, values)
        } else {
            self.push(Int32(slot), low: false, values)
        }
        self.balance(values)
    }

    /// Takes out the value at `slot`, which is in.
    mutating func remove(_ slot: Int, _ values: [Double]) {
        let place = self.places[slot]
        self.take(Int(place >= 0 ? place : -1 - place), low: place >= 0, values)
        self.balance(values)
    }

    /// Moves tops over until the lower heap has as many as the quantile's rank.
    private mutating func balance(_ values: [Double]) {
        let count = self.low.count + self.high.count
        let wanted = count == 0 ? 0 : self.quantile.index(in: count) + 1
        while self.low.count < wanted {
            let slot = self.high[0]
            self.take(0, low: false, values)
            self.push(slot, low: true, values)
        }
        while self.low.count > wanted {
            let slot = self.low[0]
            self.take(0, low: true, values)
            self.push(slot, low: false, values)
        }
    }

    private mutating func push(_ slot: Int32, low: Bool, _ values: [Double]) {
        if low { self.low.append(slot) } else { self.high.append(slot) }
        self.rise((low ? self.low.count : self.high.count) - 1, low: low, values)
    }

    private mutating func take(_ position: Int, low: Bool, _ values: [Double]) {
        guard let last = low ? self.low.popLast() : self.high.popLast() else { return }
        guard position < (low ? self.low.count : self.high.count) else { return }
        self.put(last, at: position, low: low)
        self.rise(position, low: low, values)
        self.sink(position, low: low, values)
    }

    private mutating func rise(_ start: Int, low: Bool, _ values: [Double]) {
        var position = start
        let slot = low ? self.low[position] : self.high[position]
        while position > 0 {
            let parent = (position - 1) / 2
            let above = low ? self.low[parent] : self.high[parent]
            guard Self.isAbove(slot, above, low: low, values) else { break }
            self.put(above, at: position, low: low)
            position = parent
        }
        self.put(slot, at: position, low: low)
    }

    private mutating func sink(_ start: Int, low: Bool, _ values: [Double]) {
        var position = start
        let count = low ? self.low.count : self.high.count
        let slot = low ? self.low[position] : self.high[position]
        while true {
            var child = position * 2 + 1
            guard child < count else { break }
            var below = low ? self.low[child] : self.high[child]
            if child + 1 < count {
                let other = low ? self.low[child + 1] : self.high[child + 1]
                if Self.isAbove(other, below, low: low, values) { (child, below) = (child + 1, other) }
            }
            guard Self.isAbove(below, slot, low: low, values) else { break }
            self.put(below, at: position, low: low)
            position = child
        }
        self.put(slot, at: position, low: low)
    }

    private mutating func put(_ slot: Int32, at position: Int, low: Bool) {
        if low { self.low[position] = slot } else { self.high[position] = slot }
        self.places[Int(slot)] = low ? Int32(position) : Int32(-1 - position)
    }

    /// Whether the one stands above the other: the larger in the lower heap, the smaller in the higher one.
    private static func isAbove(_ one: Int32, _ other: Int32, low: Bool, _ values: [Double]) -> Bool {
        low ? values[Int(one)] > values[Int(other)] : values[Int(one)] < values[Int(other)]
    }
}
