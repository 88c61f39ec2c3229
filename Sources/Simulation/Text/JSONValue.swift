/// A JSON value as it was written: numbers keep their spelling, objects their order and their duplicate keys.
public indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    public struct Member: Sendable, Equatable {
        public let key: String
        public let value: JSONValue
    }

    /// The last member of that name, as most readers take it; nil when this is no object or has none.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    public var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The texts of an array of nothing but texts, else nil.
    var texts: [String]? {
        guard let elements = self.elements else { return nil }
        let texts = elements.compactMap(\.text)
        return texts.count == elements.count ? texts : nil
    }

    var integer: Int64? {
        guard case .number(let spelling) = self else { return nil }
        return Int64(spelling)
    }
}
