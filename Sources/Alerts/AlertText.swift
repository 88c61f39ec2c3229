import Core

/// Numbers and times as a payload has them.
enum AlertText {
    /// What a payload has for the end of an alert that has not ended: Go's zero time.
    static let noTime = "0001-01-01T00:00:00Z"

    /// An instant as RFC 3339, in UTC with milliseconds: `2026-11-22T21:29:48.123Z`.
    static func time(_ instant: Timestamp) -> String {
        let (milliseconds, _) = self.dividedDown(instant.nanoseconds, by: 1_000_000)
        let (days, inDay) = self.dividedDown(milliseconds, by: 86_400_000)
        let (year, month, day) = self.civilDate(daysSince1970: days)
        let date = [self.padded(year, 4), self.padded(month, 2), self.padded(day, 2)].joined(separator: "-")
        let (hour, minute) = (inDay / 3_600_000, inDay / 60_000 % 60)
        let time = [hour, minute, inDay / 1000 % 60].map { self.padded($0, 2) }.joined(separator: ":")
        return "\(date)T\(time).\(self.padded(inDay % 1000, 3))Z"
    }

    /// A number with a fixed count of decimals, rounded to the nearest.
    static func decimal(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(Int64(1)) { scale, _ in scale * 10 }
        let scaled = (value * Double(scale)).rounded()
        // Beyond the whole numbers that a `Double` tells apart there is nothing to round.
        let units = Int64(min(9e15, max(-9e15, scaled.isNaN ? 0 : scaled)))
        let (whole, part) = units.magnitude.quotientAndRemainder(dividingBy: scale.magnitude)
        let sign = units < 0 ? "-" : ""
        return places == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(self.padded(Int64(part), places))"
    }

    /// A ratio in per cent, exact to a hundredth of a basis point.
    static func percent(_ ratio: Double) -> String { self.decimal(ratio * 100, places: 4) }

    /// A ratio in basis points.
    static func bps(_ ratio: Double) -> String { self.decimal(ratio * 10_000, places: 2) }

    /// A duration in seconds, without decimals that say nothing.
    static func seconds(nanoseconds: Int64) -> String {
        let (whole, part) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return part == 0 ? "\(whole) s" : "\(self.decimal(Double(nanoseconds) / 1e9, places: 3)) s"
    }

    /// The Gregorian date of a day, by walking down from eras of 400 years that all begin on a first of March.
    private static func civilDate(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, day) = self.dividedDown(daysSince1970 + 719_468, by: 146_097)
        // Leap days end their years, their centuries but one, and their eras: taken out, every year has 365 days.
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153  // 153 days in every five months from March on.
        let isNextYear = monthFromMarch >= 10
        return (
            era * 400 + year + (isNextYear ? 1 : 0),
            isNextYear ? monthFromMarch - 9 : monthFromMarch + 3,
            dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }

    private static func dividedDown(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
