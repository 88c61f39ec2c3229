/// What a server did against RFC 6455: the connection cannot be trusted any more, so close it and open another.
enum FrameViolation: Error, Hashable, Sendable {
    /// A reserved bit is set, though no extension was agreed.
    case reservedBits
    case unknownOpcode(UInt8)
    /// Only clients mask.
    case maskedByServer
    /// A ping, pong or close with over 125 bytes.
    case controlTooLong
    case controlFragmented
    /// The length was not written in its shortest form, or is negative.
    case badLength
    /// A continuation of nothing.
    case unexpectedContinuation
    /// A new message before the last one ended.
    case interruptedMessage
    /// A close frame with one byte, or a code that must not be sent.
    case badClose
    /// A text message, or the reason in a close frame, that is not UTF-8.
    case badText
    /// A frame, or the fragments of a message, beyond the bound.
    case oversized

    /// What we say when we close because of it (RFC 6455, section 7.4.1).
    var closeCode: UInt16 {
        switch self {
        case .oversized: 1009
        case .badText: 1007
        default: 1002
        }
    }
}
