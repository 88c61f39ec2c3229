/// What a venue says to a connection, before any fault lays hands on it.
enum Message: Sendable {
    case frame(ConnectionID, Frame)
    case ping(ConnectionID, [UInt8])
    case pong(ConnectionID, [UInt8])
    /// Close the connection, with a close frame of that code or without a word.
    case close(ConnectionID, code: UInt16?)

    var connection: ConnectionID {
        switch self {
        case .frame(let id, _), .ping(let id, _), .pong(let id, _), .close(let id, _): id
        }
    }
}

/// One text frame, and what it is about.
struct Frame: Sendable {
    enum Kind: Sendable, Equatable {
        /// Of that venue symbol.
        case quote(of: String)
        /// So many trades in one frame.
        case trades(Int)
        /// Acknowledgements, refusals, pongs, announcements.
        case control
        /// Of a recording: a stream that is neither quotes nor trades.
        case other
    }

    let kind: Kind
    /// Index into the venue's list; nil when it is about none.
    let listing: Int?
    let bytes: ArraySlice<UInt8>

    /// Whether it is what a client subscribes for.
    var isData: Bool { self.kind != .control }
    var isQuote: Bool { if case .quote = self.kind { true } else { false } }

    func belongs(to stream: Fault.SkippedStream) -> Bool {
        switch (self.kind, stream) {
        case (.quote, .quotes), (.trades, .trades): true
        default: false
        }
    }

    /// The size of the frame that carries it (RFC 6455, section 5.2).
    var wireBytes: Int { self.bytes.count + Self.headerBytes(payload: self.bytes.count) }

    static func headerBytes(payload: Int) -> Int { payload < 126 ? 2 : payload < 65_536 ? 4 : 10 }
}

/// A frame as it will be put on the socket.
struct Parcel: Sendable {
    enum Form: Sendable, Equatable { case text, binary, fragments(Int) }

    var frame: Frame
    var form = Form.text
}
