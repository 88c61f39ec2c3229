/// The tags of protobuf fields: https://protobuf.dev/programming-guides/encoding/
enum ProtobufField {
    enum Wire: UInt8 {
        case varint = 0
        case double = 1
        case delimited = 2
    }

    /// The tag of a field with a number below 16, which is one byte.
    static func tag(_ number: UInt8, _ wire: Wire) -> UInt8 { number << 3 | wire.rawValue }
}
