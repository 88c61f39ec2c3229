/// Takes the arguments of an order one by one; what is left over is an error.
struct ArgumentReader {
    private var arguments: [String: String]

    init(_ arguments: [String: String]) { self.arguments = arguments }

    mutating func text(_ name: String) -> String? { self.arguments.removeValue(forKey: name) }

    /// Nil: all of them.
    mutating func venue() throws(OrderError) -> SimulatedVenue? {
        let known = SimulatedVenue.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = self.text("venue") else {
            throw OrderError(description: "no venue is named; write all or one of \(known)")
        }
        if text == "all" { return nil }
        guard let venue = SimulatedVenue(rawValue: text) else {
            throw OrderError(description: "unknown venue \"\(text)\"; write all or one of \(known)")
        }
        return venue
    }

    mutating func number(_ name: String, in range: ClosedRange<Int>) throws(OrderError) -> Int? {
        guard let text = self.text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw OrderError(
                description: "\(name)=\(text) does not fit; write \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    mutating func seconds(_ name: String, in range: ClosedRange<Double>) throws(OrderError) -> Double? {
        guard let text = self.text(name) else { return nil }
        guard let seconds = DurationText.seconds(text), range.contains(seconds) else {
            throw OrderError(description: "\(name)=\(text) does not fit; write a duration such as 200ms, 5s or 2m")
        }
        return seconds
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        of type: Choice.Type
    ) throws(OrderError) -> Choice? {
        guard let text = self.text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw OrderError(description: "\(name)=\(text) does not fit; write one of \(known)")
        }
        return choice
    }

    func finish(_ order: String) throws(OrderError) {
        guard let name = self.arguments.keys.min() else { return }
        throw OrderError(description: "\(order) takes no \(name); leave it out")
    }
}

/// `200ms`, `1.5s`, `10m`, `24h`; negative ones too.
enum DurationText {
    private static let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600)]

    static func seconds(_ text: String) -> Double? {
        for unit in self.units where text.hasSuffix(unit.suffix) {
            if let number = Double(text.dropLast(unit.suffix.count)), number.isFinite { return number * unit.seconds }
        }
        return nil
    }
}
