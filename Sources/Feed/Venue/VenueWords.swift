/// Words of a venue, made safe for a log line: printable ASCII, at most 200 characters.
///
/// Control characters, terminal sequences and anything beyond ASCII are written as `\u{…}`: a venue must not be able to
/// forge a line of ours.
func venueWords(_ bytes: Span<UInt8>, limit: Int = 200) -> String {
    var kept: [UInt8] = []
    for index in 0..<min(bytes.count, limit * 4) { kept.append(bytes[index]) }
    var text = ""
    var count = 0
    for scalar in String(decoding: kept, as: UTF8.self).unicodeScalars {
        let isPlain = (0x20..<0x7F).contains(scalar.value) && scalar != "\\"
        let piece = isPlain ? String(scalar) : "\\u{" + String(scalar.value, radix: 16) + "}"
        guard count + piece.utf8.count <= limit else { break }
        text += piece
        count += piece.utf8.count
    }
    return text
}

func venueWords(_ text: String) -> String { venueWords(Array(text.utf8).span) }
