/// Writes small JSON documents: objects keep the order in which their members are given.
enum JSONText {
    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { LogLine.quoted($0) + ":" + $1 }.joined(separator: ",") + "}"
    }

    static func array(_ elements: [String]) -> String { "[" + elements.joined(separator: ",") + "]" }

    /// The shortest form that reads back exactly; what is no number is `null`.
    static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "null" }
        return "\(value)"
    }

    static func text(_ value: String?) -> String { value.map(LogLine.quoted) ?? "null" }
}
