import Logging

/// How one log line is written.
enum LogStyle: Sendable {
    /// For people: `time=… level=info event=venue_live venue=bybit msg="venue is live"`.
    case logfmt
    /// For machines: one JSON object a line.
    case json
}

/// Formats one log line; texts from outside cannot break out of it.
enum LogLine {
    static func format(
        style: LogStyle,
        time: String,
        level: Logger.Level,
        message: String,
        metadata: [(key: String, value: String)]
    ) -> String {
        let head = [("time", time), ("level", level.rawValue)]
        let fields = head + metadata.map { ($0.key, $0.value) } + [("msg", message)]
        switch style {
        case .logfmt:
            return fields.map { key, value in key + "=" + Self.logfmtValue(value) }.joined(separator: " ") + "\n"
        case .json:
            let members = fields.map { key, value in Self.quoted(key) + ":" + Self.quoted(value) }
            return "{" + members.joined(separator: ",") + "}\n"
        }
    }

    private static func logfmtValue(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
            }
        return isPlain ? value : Self.quoted(value)
    }

    /// A JSON string, which logfmt quotes the same way.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
