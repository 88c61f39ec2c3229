/// A pair as chart clients name it: sell at the first exchange, buy at the second.
public struct ChartKey: Hashable, Sendable {
    public let symbol: String
    public let exchange1: String
    public let exchange2: String

    public init(symbol: String, exchange1: String, exchange2: String) {
        (self.symbol, self.exchange1, self.exchange2) = (symbol, exchange1, exchange2)
    }

    /// Reads `SYMBOL:SELL:BUY`, as the configuration names pairs; `nil` when it is anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), parts[1] != parts[2] else { return nil }
        self.init(symbol: parts[0], exchange1: parts[1], exchange2: parts[2])
    }

    /// The form that ``init(_:)`` reads.
    var text: String { "\(self.symbol):\(self.exchange1):\(self.exchange2)" }
}

extension ChartKey {
    /// Reads the pair that a URL's query asks for; other parameters are left alone.
    ///
    /// - Parameter query: What follows the `?`, percent-encoded or not.
    /// - Returns: The pair, or `nil` when the query names none.
    /// - Throws: ``ChartRefusal`` when it names half a pair, or one member twice: answer 400 with the message.
    public static func named(inQuery query: String) throws(ChartRefusal) -> ChartKey? {
        var (symbol, exchange1, exchange2): (String?, String?, String?)
        for parameter in query.split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else { continue }
            switch parts[0] {
            case "symbol": try Self.set(&symbol, parts)
            case "exchange1": try Self.set(&exchange1, parts)
            case "exchange2": try Self.set(&exchange2, parts)
            default: continue
            }
        }
        if symbol == nil, exchange1 == nil, exchange2 == nil { return nil }
        guard let symbol else { throw .query("has no symbol") }
        guard let exchange1 else { throw .query("has no exchange1") }
        guard let exchange2 else { throw .query("has no exchange2") }
        return ChartKey(symbol: symbol, exchange1: exchange1, exchange2: exchange2)
    }

    private static func set(_ member: inout String?, _ parameter: [Substring]) throws(ChartRefusal) {
        guard member == nil else { throw .query("has \(parameter[0]) twice") }
        guard let value = Self.decoded(parameter[1]) else {
            throw .query("has a \(parameter[0]) that is not percent-encoded text")
        }
        member = value
    }

    private static func decoded(_ text: Substring) -> String? {
        var (bytes, rest) = ([UInt8](), text.utf8[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimalDigit, let low = rest.popFirst()?.hexadecimalDigit else {
                return nil
            }
            bytes.append(UInt8(high << 4 | low))
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    /// The value of an ASCII hexadecimal digit.
    var hexadecimalDigit: UInt16? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(self - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(self - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
