/// One line of a wire log: receive time in ns, direction, raw frame to the end of the line, one space between them.
struct WireLine {
    /// `<` came from the server, `>` went to it, `#` is no frame.
    let direction: UInt8
    /// Nanoseconds since 1970; 0 where the recorder kept none.
    let receivedNanoseconds: Int64
    /// Where the frame stands in the bytes that the line was read from.
    let frame: Range<Int>

    /// Reads the line that stands at `range` of `bytes`, without its line feed; `nil`: it is none of a wire log.
    init?(_ bytes: [UInt8], _ range: Range<Int>) {
        var (index, time) = (range.lowerBound, Int64(0))
        if index < range.upperBound, bytes[index] == UInt8(ascii: "#") {
            // A comment that somebody wrote by hand.
            (self.direction, self.receivedNanoseconds, self.frame) = (bytes[index], 0, range)
            return
        }
        while index < range.upperBound, bytes[index] != UInt8(ascii: " ") {
            let digit = bytes[index] &- UInt8(ascii: "0")
            let (shifted, isTooLarge) = time.multipliedReportingOverflow(by: 10)
            let (sum, overflowed) = shifted.addingReportingOverflow(Int64(digit))
            guard digit < 10, !isTooLarge, !overflowed else { return nil }
            time = sum
            index += 1
        }
        guard index > range.lowerBound, index + 1 < range.upperBound else { return nil }
        self.direction = bytes[index + 1]
        guard "<>#".utf8.contains(self.direction) else { return nil }
        self.receivedNanoseconds = time
        guard index + 2 < range.upperBound, bytes[index + 2] == UInt8(ascii: " ") else {
            // Only what is skipped may be bare.
            guard self.direction != UInt8(ascii: "<"), index + 2 == range.upperBound else { return nil }
            self.frame = range.upperBound..<range.upperBound
            return
        }
        // A recorder on another system may have ended its lines with CR LF; the frame never ends with CR.
        let isReturned = bytes[range.upperBound - 1] == UInt8(ascii: "\r") && index + 3 < range.upperBound
        self.frame = (index + 3)..<(isReturned ? range.upperBound - 1 : range.upperBound)
    }
}
