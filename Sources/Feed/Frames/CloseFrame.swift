/// What a close frame says: a code and words, or nothing.
struct CloseFrame: Equatable, Sendable {
    /// `nil`: an empty close frame.
    let code: UInt16?
    let reason: String

    /// - Throws: ``FrameViolation/badClose`` or ``FrameViolation/badText``.
    init(_ payload: Span<UInt8>) throws(FrameViolation) {
        guard payload.count > 0 else {
            (self.code, self.reason) = (nil, "")
            return
        }
        guard payload.count >= 2 else { throw .badClose }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard Self.mayBeSent(code) else { throw .badClose }
        var words: [UInt8] = []
        words.reserveCapacity(payload.count - 2)
        for index in 2..<payload.count { words.append(payload[index]) }
        guard let reason = String(validating: words, as: UTF8.self) else { throw .badText }
        (self.code, self.reason) = (code, reason)
    }

    /// RFC 6455, section 7.4, with the codes registered since: 1004 to 1006 and 1015 never travel.
    private static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
