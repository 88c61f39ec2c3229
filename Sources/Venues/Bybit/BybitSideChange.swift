import Core

/// What the levels of one side say about the best one.
enum BybitSideChange: Equatable {
    /// Nothing was sent of this side.
    case unchanged
    /// The best level is this, or gone.
    case replaced(BookSide)
    case rejected(RejectReason)

    /// Reads `[["28165.07","0.166754"],…]`.
    ///
    /// A level-1 book holds one level, so the best of what is named with a size is the whole side, and a side of which
    /// only levels of size 0 are named is gone.
    ///
    /// - Throws: ``FrameError/malformed`` when it is not a list of pairs of numbers.
    init(_ levels: JSONToken, isBid: Bool, in frame: Span<UInt8>) throws(FrameError) {
        if levels.isAbsent {
            self = .unchanged
            return
        }
        do throws(JSONError) {
            let list = frame.extracting(levels.range)
            var reader = try JSONReader(list)
            guard try reader.enterArray(list) else { throw JSONError(at: 0) }
            var best: BookSide?
            while try reader.nextElement(list) {
                let (price, size) = try Self.level(list, &reader)
                switch try Self.reading(price, size, list) {
                case .rejected(let reason):
                    self = .rejected(reason)
                    return
                case .side(let side):
                    guard let known = best, known.size.isPositive, known.price.isPositive else {
                        best = side
                        continue
                    }
                    if side.size.isPositive, isBid ? known.price < side.price : side.price < known.price { best = side }
                }
            }
            guard let best else {
                self = .unchanged
                return
            }
            self = .replaced(best.size.isPositive ? best : .empty)
        } catch {
            throw .malformed
        }
    }

    /// The same of a side that is named with one level.
    @inline(__always)
    init(only level: SideReading) {
        switch level {
        case .side(let side): self = .replaced(side.size.isPositive ? side : .empty)
        case .rejected(let reason): self = .rejected(reason)
        }
    }

    private static func level(
        _ list: Span<UInt8>,
        _ reader: inout JSONReader
    ) throws(JSONError) -> (price: JSONToken, size: JSONToken) {
        guard try reader.enterArray(list), try reader.nextElement(list) else { throw JSONError(at: reader.index) }
        let price = try reader.value(list)
        guard try reader.nextElement(list) else { throw JSONError(at: reader.index) }
        let size = try reader.value(list)
        while try reader.nextElement(list) { _ = try reader.value(list) }
        return (price, size)
    }

    private static func reading(
        _ price: JSONToken,
        _ size: JSONToken,
        _ list: Span<UInt8>
    ) throws(JSONError) -> SideReading {
        do throws(FrameError) {
            return try SideReading(price: price, size: size, in: list)
        } catch {
            throw JSONError(at: price.start)
        }
    }
}
