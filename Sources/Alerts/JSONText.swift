/// Writes JSON, comma by comma.
struct JSONText: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Something stands before on this level: the next needs a comma.
    private var needsComma = false

    mutating func object(_ members: (inout JSONText) -> Void) {
        self.enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    mutating func array(_ elements: (inout JSONText) -> Void) {
        self.enclosed(UInt8(ascii: "["), UInt8(ascii: "]"), elements)
    }

    /// Begins a member of an object; its value comes next.
    mutating func key(_ name: String) {
        self.string(name)
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    mutating func string(_ text: String) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 { self.appendEscaped(byte) }
        self.bytes.append(UInt8(ascii: "\""))
        self.needsComma = true
    }

    mutating func number(_ value: Int) {
        self.separate()
        self.bytes.append(contentsOf: String(value).utf8)
        self.needsComma = true
    }

    /// An object of texts, in the order of their names.
    mutating func texts(_ members: [String: String]) {
        self.object { json in
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                json.key(name)
                json.string(value)
            }
        }
    }

    private mutating func enclosed(_ open: UInt8, _ close: UInt8, _ inside: (inout JSONText) -> Void) {
        self.separate()
        self.bytes.append(open)
        self.needsComma = false
        inside(&self)
        self.bytes.append(close)
        self.needsComma = true
    }

    private mutating func separate() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            self.bytes.append(UInt8(ascii: "\\"))
            self.bytes.append(byte)
        case 0..<0x20:
            self.bytes.append(contentsOf: "\\u00".utf8)
            self.bytes.append(contentsOf: Hexadecimal.text([byte]).utf8)
        default:
            self.bytes.append(byte)
        }
    }
}

/// Bytes as two small digits each.
enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
