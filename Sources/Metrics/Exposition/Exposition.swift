/// Writes families in one format, one after the other.
protocol Exposition {
    /// Writes what comes before the samples of a family.
    ///
    /// - Returns: What ``end(_:_:)`` wants to know.
    func begin(_ family: Family, _ output: inout OutputBuffer) -> Int

    /// Writes one child of a family other than a histogram.
    func write(
        _ value: SampleValue,
        _ labels: LabelBlock,
        created: Double,
        of family: Family,
        _ output: inout OutputBuffer
    )

    /// Writes one histogram of a family.
    func write(
        _ reading: HistogramReading,
        _ labels: LabelBlock,
        created: Double,
        of family: Family,
        _ output: inout OutputBuffer
    )

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
