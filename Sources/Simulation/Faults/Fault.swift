/// A way for a venue to misbehave.
public enum Fault: Sendable, Equatable {
    // Connections.
    /// Ends all connections; whoever comes is let in and hung up on.
    case cut
    /// Ends all connections; whoever comes is refused by the system (`ECONNREFUSED`).
    case refuse
    /// Ends all connections; whoever comes is let in and never hears a word.
    case stall
    /// All connections stay, but nothing is read from them or written to them.
    case halfOpen
    /// All connections are reset (RST), once.
    case drop
    /// All connections are closed with this code, once.
    case close(code: UInt16)
    /// Each connection ends in the middle of a frame, after this many more bytes.
    case tear(afterBytes: Int)
    /// No connection may get older than this; it is then closed with code 1001.
    case maxAge(seconds: Double)
    /// The venue says in its own words that it will close, and closes this much later.
    case announce(closeAfterSeconds: Double)
    /// Whoever comes is shown this certificate; all connections end first.
    case certificate(CertificateFault)

    // Frames.
    case throttle(bytesPerSecond: Double)
    case delay(seconds: Double)
    /// Data is sent twice.
    case duplicate
    /// A quote is sent after the next one of its symbol.
    case reorder
    /// Data is left out, so that its numbers have holes.
    case skip(SkippedStream)
    /// Subscriptions are acknowledged, and their data never comes.
    case mute
    /// Whoever asks for it now does not get it: refused, or where the venue refuses nothing, acknowledged in vain.
    case deny
    /// A frame that is not JSON; the connection then says no more.
    case garbage
    /// A binary frame between the others.
    case binary
    /// A frame beyond all reason; the connection then says no more.
    case oversized(bytes: Int)
    /// Each message comes in so many frames.
    case fragment(pieces: Int)
    /// The venue's clock is wrong by so much.
    case clock(offBySeconds: Double)

    // The list of instruments.
    /// The symbol is gone: from the lists, and its data ends.
    case delist
    /// The symbol goes on under another name.
    case rename(to: String)
    /// A symbol that was delisted trades again.
    case list

    case rest(RestFault)

    public enum SkippedStream: String, Sendable, CaseIterable { case trades, quotes }

    /// Whether it is done as soon as it is said, so that nothing is left to heal.
    var isMomentary: Bool {
        switch self {
        case .drop, .close, .announce, .delist, .rename, .list: true
        default: false
        }
    }

    /// How often it happens before it ends by itself, unless the order says; nil: until it is healed.
    var defaultCount: Int? {
        switch self {
        case .garbage, .binary, .oversized: 1
        default: nil
        }
    }
}

/// What may be wrong with the certificate of the venues.
public enum CertificateFault: String, CaseIterable, Sendable {
    /// Its last day was yesterday.
    case expired
    /// It is for `other.example` only.
    case wrongHost = "wrong-host"
    /// `ca.pem` is another authority of the same name.
    case otherCA = "other-ca"
    /// No authority signed it.
    case selfSigned = "self-signed"
}

/// What is wrong with the answers to plain requests.
public struct RestFault: Sendable, Equatable {
    public enum Body: String, Sendable, CaseIterable {
        /// As it should be.
        case normal
        case empty
        /// As it should be, followed by so much white space that no client should read on.
        case huge
        /// As it should be, but a few bytes at a time.
        case slow
        /// No JSON.
        case garbage
    }

    /// The end of the paths that are meant, or the word for what is asked; nil: all.
    public var route: String?
    /// Nil: what it would be.
    public var status: Int?
    public var retryAfterSeconds: Int?
    public var body = Body.normal

    static let hugeBytes = 64 << 20
    static let slowBytesPerSecond = 20

    /// What clients ask for, by the end of the path at any venue.
    private static let words = [
        "instruments": ["exchangeInfo", "instruments-info", "currency_pairs"],
        "volume": ["ticker/24hr", "tickers"],
        "book_ticker": ["bookTicker", "tickers"],
        "time": ["time"],
    ]

    func means(_ path: String) -> Bool {
        guard let route = self.route else { return true }
        return (Self.words[route] ?? [route]).contains { path.hasSuffix($0) }
    }
}
