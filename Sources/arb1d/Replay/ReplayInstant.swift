/// The end of a replay as the command line names it: nanoseconds since 1970, or ISO 8601.
struct ReplayInstant: Equatable {
    let nanoseconds: Int64

    /// Reads `1723161599999231384`, `2024-08-08`, `2024-08-08T23:59:59.5Z` or `2024-08-09T01:59+02:00`.
    ///
    /// Without a zone it is UTC: the same on every machine. `nil`: none of these, or outside 1970 to 2262.
    init?(_ text: String) {
        if !text.isEmpty, text.utf8.allSatisfy(Self.isDigit) {
            guard let nanoseconds = Int64(text) else { return nil }
            self.nanoseconds = nanoseconds
            return
        }
        var rest = Array(text.utf8)[...]
        guard let days = Self.takeDate(&rest) else { return nil }
        var (time, fraction, zone): (Int64, Int64, Int64) = (0, 0, 0)
        if !rest.isEmpty {
            guard Self.take("Tt ", from: &rest) != nil, let clock = Self.takeTime(&rest) else { return nil }
            (time, fraction) = clock
            guard let offset = Self.takeZone(&rest) else { return nil }
            zone = offset
        }
        let seconds = days * 86_400 + time - zone
        let (whole, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowed) = whole.addingReportingOverflow(fraction)
        guard rest.isEmpty, seconds >= 0, !isTooLarge, !overflowed else { return nil }
        self.nanoseconds = sum
    }

    // MARK: Parts

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func take(_ choices: String, from rest: inout ArraySlice<UInt8>) -> UInt8? {
        guard let first = rest.first, choices.utf8.contains(first) else { return nil }
        return rest.removeFirst()
    }

    private static func takeNumber(_ digits: Int, from rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.count >= digits, rest.prefix(digits).allSatisfy(self.isDigit) else { return nil }
        defer { rest = rest.dropFirst(digits) }
        return rest.prefix(digits).reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// Days since 1970-01-01.
    private static func takeDate(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard let year = self.takeNumber(4, from: &rest), self.take("-", from: &rest) != nil,
            let month = self.takeNumber(2, from: &rest), (1...12).contains(month),
            self.take("-", from: &rest) != nil, let day = self.takeNumber(2, from: &rest),
            day >= 1, day <= self.length(of: month, in: year)
        else { return nil }
        // Years are counted from March, so that the leap day is the last of its year.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let leapDays = shifted / 4 - shifted / 100 + shifted / 400
        return shifted * 365 + leapDays + dayOfYear - 719_468
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// Seconds of the day, and nanoseconds of the second.
    private static func takeTime(_ rest: inout ArraySlice<UInt8>) -> (seconds: Int64, nanoseconds: Int64)? {
        guard let hour = self.takeNumber(2, from: &rest), hour < 24, self.take(":", from: &rest) != nil,
            let minute = self.takeNumber(2, from: &rest), minute < 60
        else { return nil }
        let minutes = (hour * 60 + minute) * 60
        guard self.take(":", from: &rest) != nil else { return (minutes, 0) }
        guard let second = self.takeNumber(2, from: &rest), second < 60 else { return nil }
        guard self.take(".,", from: &rest) != nil else { return (minutes + second, 0) }
        let digits = rest.prefix(while: self.isDigit).count
        guard (1...9).contains(digits), var fraction = self.takeNumber(digits, from: &rest) else { return nil }
        for _ in digits..<9 { fraction *= 10 }
        return (minutes + second, fraction)
    }

    /// Seconds east of UTC.
    private static func takeZone(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        if rest.isEmpty || self.take("Zz", from: &rest) != nil { return 0 }
        guard let sign = self.take("+-", from: &rest), let hours = self.takeNumber(2, from: &rest), hours < 24 else {
            return nil
        }
        _ = self.take(":", from: &rest)
        let minutes = rest.isEmpty ? 0 : self.takeNumber(2, from: &rest)
        guard let minutes, minutes < 60 else { return nil }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}
