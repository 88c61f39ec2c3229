/// A non-negative decimal: `units` of 10^-`decimals`.
public struct Decimal64: Sendable, Equatable {
    public var units: Int64
    public var decimals: Int

    public init(units: Int64, decimals: Int) {
        self.units = units
        self.decimals = decimals
    }

    /// The nearest decimal of that many places, never below one unit.
    init(_ value: Double, decimals: Int) {
        self.units = max(1, Int64((value * Double(Self.powerOfTen(decimals))).rounded()))
        self.decimals = decimals
    }

    /// Reads `123.45`; nil when it is anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count == 1 || !parts[1].isEmpty else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= 18, let units = Int64(String(whole + fraction)), units >= 0 else { return nil }
        self.units = units
        self.decimals = fraction.utf8.count
    }

    public var value: Double { Double(self.units) / Double(Self.powerOfTen(self.decimals)) }

    static func powerOfTen(_ exponent: Int) -> Int64 {
        var power: Int64 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }
}
