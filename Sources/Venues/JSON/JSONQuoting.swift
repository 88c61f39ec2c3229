/// Writes `text` as JSON text, quotation marks included.
///
/// UTF-8 stays as it is, since venues list symbols in Chinese; only what would end or break the text is escaped.
func quotedJSON(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\u{0}"..<"\u{20}":
            let digits = String(scalar.value, radix: 16)
            quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

/// Writes texts as a JSON array.
func quotedJSON(_ texts: some Sequence<String>) -> String {
    "[" + texts.map { quotedJSON($0) }.joined(separator: ",") + "]"
}
