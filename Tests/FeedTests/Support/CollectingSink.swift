@testable import Feed

/// Keeps everything that a walk finds, as values that can be compared.
struct CollectingSink: FrameSink {
    enum Found: Equatable { case text([UInt8]), binary([UInt8]), ping([UInt8]), pong, close(UInt16?, String) }

    var found: [Found] = []
    /// Refuse to go on after this many texts.
    var textLimit = Int.max
    /// Of a run of texts, take up to this many at once, as far as they are ASCII.
    var mostTaken = 0
    /// How many texts came that way.
    private(set) var taken = 0

    mutating func texts(_ bytes: Span<UInt8>, at places: Span<Range<Int>>) -> Int {
        var count = 0
        while count < min(self.mostTaken, places.count) {
            let payload = places[count].map { bytes[$0] }
            guard payload.allSatisfy({ $0 < 0x80 }) else { break }
            self.found.append(.text(payload))
            count += 1
        }
        self.taken += count
        return count
    }

    mutating func text(_ payload: Span<UInt8>) -> Bool {
        self.found.append(.text(payload.indices.map { payload[$0] }))
        self.textLimit -= 1
        return self.textLimit > 0
    }
    mutating func binary(_ payload: Span<UInt8>) { self.found.append(.binary(payload.indices.map { payload[$0] })) }
    mutating func ping(_ payload: Span<UInt8>) { self.found.append(.ping(payload.indices.map { payload[$0] })) }
    mutating func pong() { self.found.append(.pong) }
    mutating func close(_ frame: CloseFrame) { self.found.append(.close(frame.code, frame.reason)) }
}

/// A frame as a server writes it; every part can be made wrong.
func serverFrame(
    _ opcode: UInt8,
    _ payload: [UInt8] = [],
    isFinal: Bool = true,
    reserved: UInt8 = 0,
    masked: Bool = false,
    lengthForm: Int? = nil
) -> [UInt8] {
    var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | reserved | opcode]
    let mask: UInt8 = masked ? 0x80 : 0
    switch lengthForm ?? (payload.count < 126 ? 1 : payload.count < 65536 ? 2 : 8) {
    case 1: bytes.append(mask | UInt8(payload.count))
    case 2:
        bytes += [mask | 126, UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF)]
    default:
        bytes.append(mask | 127)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 0xFF)) }
    }
    if masked { bytes += [0, 0, 0, 0] }
    return bytes + payload
}
