/// Writes families in one format, one after the other.
protocol Exposition {
    /// Writes what comes before the samples of a family.
    ///
    /// - Returns: What ``end(_:_:)`` wants to know.
    func begin(_ family: Family, _ output: inout OutputBuffer) -> Int

    /// Writes the children of a family as they count now.
    func write(_ sheet: ChildSheet, of family: Family, _ reading: inout HistogramReading, _ output: inout OutputBuffer)

    /// Writes one sample of a family that is sampled.
    ///
    /// - Parameters:
    ///   - value: Its value.
    ///   - text: Its labels as text, `{a="b"}`, or nothing.
    ///   - fields: The same as protobuf.
    ///   - family: Its family.
    ///   - output: Where it goes.
    func write(
        _ value: SampleValue,
        _ text: Span<UInt8>,
        _ fields: Span<UInt8>,
        of family: Family,
        _ output: inout OutputBuffer
    )

    /// Writes what comes after the samples of a family.
    ///
    /// - Parameters:
    ///   - start: What ``begin(_:_:)`` gave.
    ///   - further: How many bytes of the family come yet, from elsewhere.
    ///   - output: Where it was begun.
    func end(_ start: Int, further: Int, _ output: inout OutputBuffer)

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

/// One of the expositions.
enum ExpositionForm {
    case text(TextExposition)
    case protobuf(ProtobufExposition)

    init(_ format: ExpositionFormat, showsCreated: Bool) {
        self =
            switch format {
            case .text: .text(TextExposition(isOpenMetrics: false))
            case .openMetrics: .text(TextExposition(isOpenMetrics: true, showsCreated: showsCreated))
            case .protobuf: .protobuf(ProtobufExposition())
            }
    }

    /// Whether there are `_created` samples.
    var showsCreated: Bool {
        if case .text(let exposition) = self { exposition.showsCreated } else { false }
    }
}
