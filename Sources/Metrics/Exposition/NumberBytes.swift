/// The texts of numbers for other modules that write bytes: no string is made on the way.
public enum NumberBytes {
    /// Appends the shortest text that reads back as exactly this number: `1`, `0.5`, `1e-06`, `NaN`, `+Inf`.
    public static func append(_ value: Double, to bytes: inout [UInt8]) {
        let powers = PowersOfTen.all
        unsafe self.append(room: NumberText.room, to: &bytes) { unsafe NumberText.write(value, powers, at: $0) }
    }

    /// Appends the decimal digits of a whole number.
    public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        unsafe self.append(room: DecimalDigits.room, to: &bytes) { unsafe DecimalDigits.write(value, at: $0) }
    }

    @inline(__always)
    @unsafe
    private static func append(
        room: Int,
        to bytes: inout [UInt8],
        _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { text in
            guard let start = text.baseAddress else { return }
            let end = unsafe write(start)
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: end - start))
        }
    }
}
