/// What a client may ask for.
enum ClientMessage: Equatable {
    case subscribe(ChartKey)
    case unsubscribe(ChartKey)

    init(_ bytes: [UInt8]) throws(ChartRefusal) {
        let object: FlatObject
        do throws(FlatObject.Malformed) { object = try FlatObject(bytes) } catch { throw .unreadable(error) }
        // The type first: of a request that we do not know, no member can be wrong.
        guard let type = object["type"] else { throw .missingMember("type") }
        guard type == "subscribe" || type == "unsubscribe" else { throw .unknownType(type) }
        let known = ["type", "symbol", "exchange1", "exchange2"]
        for member in object.members where !known.contains(member.key) { throw .unknownMember(member.key) }
        guard let symbol = object["symbol"] else { throw .missingMember("symbol") }
        guard let exchange1 = object["exchange1"] else { throw .missingMember("exchange1") }
        guard let exchange2 = object["exchange2"] else { throw .missingMember("exchange2") }
        let key = ChartKey(symbol: symbol, exchange1: exchange1, exchange2: exchange2)
        self = type == "subscribe" ? .subscribe(key) : .unsubscribe(key)
    }
}
