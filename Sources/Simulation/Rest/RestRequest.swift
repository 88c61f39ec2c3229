/// An HTTP request, as far as a venue's lists depend on it.
public struct RestRequest: Sendable, Equatable {
    public let method: String
    public let path: String
    public let query: [String: String]

    /// Takes path and query apart as they stood in the request line.
    public init(method: String, target: String) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.path = PercentCoding.decode(parts.first ?? "/")
        var query: [String: String] = [:]
        for item in (parts.count == 2 ? parts[1] : "").split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(pair[0])] = pair.count == 2 ? PercentCoding.decode(pair[1]) : ""
        }
        self.query = query
    }

    /// The text with its `%2F` and the like resolved.
    public static func decoded(_ text: String) -> String { PercentCoding.decode(text) }
}

public struct RestResponse: Sendable, Equatable {
    public var status: Int
    public var body: [UInt8]
    public var headers: [(name: String, value: String)] = []
    public var contentType = "application/json"
    /// So many blanks follow the body; JSON stays what it was.
    public var blanks = 0
    /// How fast the body is sent; nil: at once.
    public var bytesPerSecond: Int?
    /// What the request costs at venues that weigh them.
    var weight = 1

    public init(status: Int, body: [UInt8]) {
        (self.status, self.body) = (status, body)
    }

    public init(status: Int, body: String, contentType: String = "application/json") {
        (self.status, self.body, self.contentType) = (status, Array(body.utf8), contentType)
    }

    init(status: Int = 200, _ text: FrameText, weight: Int = 1) {
        self.status = status
        self.body = text.bytes
        self.weight = weight
    }

    public static func == (left: RestResponse, right: RestResponse) -> Bool {
        left.status == right.status && left.body == right.body
    }
}

/// What the lists are made from.
struct RestBook: Sendable {
    let listings: [Listing]
    let standing: [Quote?]

    /// All that is listed, with its quotes, in the venue's order.
    var entries: [(listing: Listing, quote: Quote?)] {
        zip(self.listings, self.standing).filter { $0.0.standing != .delisted }
    }
}

enum PercentCoding {
    static func decode(_ text: some StringProtocol) -> String {
        var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), rest.count >= 2,
                let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
