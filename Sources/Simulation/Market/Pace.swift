/// How busy the market is, second by second: calm stretches and bursts whose mean over ten seconds is one.
struct Pace: Sendable {
    private static let seconds = 10
    private var weights: [Double]
    private var period = 0

    init(generator: inout SplitMix64) { self.weights = Self.draw(&generator) }

    mutating func factor(at seconds: Double, generator: inout SplitMix64) -> Double {
        let period = Int(seconds) / Self.seconds
        if period != self.period {
            self.period = period
            self.weights = Self.draw(&generator)
        }
        return self.weights[Int(seconds) % Self.seconds]
    }

    private static func draw(_ generator: inout SplitMix64) -> [Double] {
        var weights = (0..<Self.seconds).map { _ in generator.uniform(0.6, 1) }
        weights[Int(generator.next() % UInt64(Self.seconds))] = 3
        let sum = weights.reduce(0, +)
        return weights.map { $0 * Double(Self.seconds) / sum }
    }
}
