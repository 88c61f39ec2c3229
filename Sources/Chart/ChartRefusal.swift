/// Why a client does not get what it asked for, and what it can do about that.
public struct ChartRefusal: Error, Sendable, Equatable {
    /// The closed set of reasons: a program decides by these, a person reads the message.
    public enum Reason: String, CaseIterable, Sendable {
        /// The text is not a flat object of strings with the members of a request.
        case malformed
        case unknownType = "unknown_type"
        case unknownPair = "unknown_pair"
        case tooManySubscriptions = "too_many_subscriptions"
        case notSubscribed = "not_subscribed"
        /// The snapshot is on its way already.
        case alreadySubscribed = "already_subscribed"
        /// A venue no longer lists the symbol; the subscription has ended.
        case delisted
        /// The history could not be read; the subscription has ended.
        case unavailable
    }

    public let reason: Reason
    /// Names the thing and the remedy; repeats at most 64 escaped characters of a client's own text.
    public let message: String
}

extension ChartRefusal {
    private static let form = """
        send {"type":"subscribe","symbol":"BTCUSDT","exchange1":"binance","exchange2":"bybit"}, \
        or the same with "unsubscribe"
        """

    static func unreadable(_ error: FlatObject.Malformed) -> ChartRefusal {
        let fault =
            switch error {
            case .unexpected(let expected, let offset): "\(expected) is missing at byte \(offset)"
            case .text(let offset): "the text at byte \(offset) is no valid JSON string"
            case .duplicate(let key): "it has two members \"\(key.excerpt)\""
            case .tooManyMembers: "it has more than \(FlatObject.limit) members"
            }
        return ChartRefusal(reason: .malformed, message: "The message cannot be read: \(fault). Please \(Self.form).")
    }

    static func unknownMember(_ name: String) -> ChartRefusal {
        ChartRefusal(
            reason: .malformed,
            message: "A request has no member \"\(name.excerpt)\". Please \(Self.form)."
        )
    }

    static func missingMember(_ name: String) -> ChartRefusal {
        ChartRefusal(reason: .malformed, message: "The request has no \"\(name)\". Please \(Self.form).")
    }

    static func unknownType(_ type: String) -> ChartRefusal {
        ChartRefusal(
            reason: .unknownType,
            message: "There is no request of type \"\(type.excerpt)\". Please \(Self.form)."
        )
    }

    static func query(_ fault: String) -> ChartRefusal {
        ChartRefusal(
            reason: .malformed,
            message: "The query \(fault): give symbol, exchange1 and exchange2 once each, or none of them."
        )
    }

    static func unknownPair(_ key: ChartKey) -> ChartRefusal {
        ChartRefusal(
            reason: .unknownPair,
            message: "The pair \"\(key.text.excerpt)\" (symbol:sell:buy) is not watched: "
                + "GET /api/v1/pairs lists those that are. Names are case sensitive, and a venue may answer late."
        )
    }

    static func tooManySubscriptions(_ key: ChartKey, limit: Int) -> ChartRefusal {
        ChartRefusal(
            reason: .tooManySubscriptions,
            message: "The pair \"\(key.text.excerpt)\" is one more than the \(limit) that a client may have: "
                + "unsubscribe from another, or open a second connection."
        )
    }

    static func notSubscribed(_ key: ChartKey) -> ChartRefusal {
        ChartRefusal(
            reason: .notSubscribed,
            message: "There is no subscription to \"\(key.text.excerpt)\" (symbol:sell:buy) to end: "
                + "name the pair as it was subscribed to."
        )
    }

    static func alreadySubscribed(_ key: ChartKey) -> ChartRefusal {
        ChartRefusal(
            reason: .alreadySubscribed,
            message: "The snapshot of \"\(key.text.excerpt)\" is on its way: wait for it."
        )
    }

    static func delisted(_ key: ChartKey, comesAgain: Bool) -> ChartRefusal {
        ChartRefusal(
            reason: .delisted,
            message: "The pair \"\(key.text.excerpt)\" is no more, for a venue does not list it any longer: "
                + (comesAgain
                    ? "it begins again with a snapshot when it is listed again."
                    : "the subscription has ended.")
        )
    }

    static func unavailable(_ key: ChartKey) -> ChartRefusal {
        ChartRefusal(
            reason: .unavailable,
            message: "The history of \"\(key.text.excerpt)\" could not be read, and the subscription has ended: "
                + "subscribe again."
        )
    }
}
