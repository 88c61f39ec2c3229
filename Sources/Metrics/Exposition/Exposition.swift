/// Writes families in one format, one after the other.
protocol Exposition {
    /// Writes what comes before the samples of a family.
    ///
    /// - Returns: What ``end(_:_:)`` wants to know.
    func begin(_ family: Family, _ output: inout OutputBuffer) -> Int

    /// Writes the children of a family as they count now.
    func write(_ sheet: ChildSheet, of family: Family, _ reading: inout HistogramReading, _ output: inout OutputBuffer)

    /// Writes what was sampled of a family.
    func write(_ samples: [Sample], of family: Family, _ output: inout OutputBuffer)

    /// Writes what comes after the samples of a family.
    func end(_ start: Int, _ output: inout OutputBuffer)

    /// Ends the body.
    func finish(_ output: inout OutputBuffer)
}

/// The value of one child at a scrape.
enum SampleValue {
    case real(Double)
    case whole(UInt64)
    /// The position of a stateset's current state.
    case state(Int)

    var number: Double {
        switch self {
        case .real(let number): number
        case .whole(let number): Double(number)
        case .state(let position): Double(position)
        }
    }
}

/// One sample of a family that is sampled at the scrape.
struct Sample {
    let labels: LabelBlock
    let value: SampleValue
}
