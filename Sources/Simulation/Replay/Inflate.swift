/// Why a compressed file could not be read.
public enum InflateError: Error, Equatable {
    case notGzip
    /// The data ends early or says something impossible.
    case corrupt
    case tooLarge
}

/// Unpacks gzip (RFC 1952) and DEFLATE (RFC 1951), so that recordings need no library.
public struct Inflate {
    private let input: [UInt8]
    private var position: Int
    private var bits: UInt32 = 0
    private var bitCount = 0
    private var output: [UInt8] = []
    private let outputMax: Int

    private init(_ input: [UInt8], from position: Int, outputMax: Int) {
        self.input = input
        self.position = position
        self.outputMax = outputMax
    }

    /// Unpacks all members of a gzip file.
    ///
    /// A file that unpacks to more than `outputMax` bytes is refused: a few bytes can claim to be gigabytes.
    public static func gunzip(_ bytes: [UInt8], outputMax: Int = 1 << 30) throws(InflateError) -> [UInt8] {
        var inflate = Inflate(bytes, from: 0, outputMax: outputMax)
        repeat { try inflate.member() } while inflate.position < bytes.count
        return inflate.output
    }

    private mutating func member() throws(InflateError) {
        guard self.position + 18 <= self.input.count, self.input[self.position] == 0x1F,
            self.input[self.position + 1] == 0x8B, self.input[self.position + 2] == 8
        else { throw .notGzip }
        let flags = self.input[self.position + 3]
        self.position += 10
        if flags & 4 != 0 {
            let length = try self.byte() | (try self.byte() << 8)
            self.position += Int(length)
        }
        if flags & 8 != 0 { while try self.byte() != 0 {} }
        if flags & 16 != 0 { while try self.byte() != 0 {} }
        if flags & 2 != 0 { self.position += 2 }
        let start = self.output.count
        while try self.block() {}
        (self.bits, self.bitCount) = (0, 0)
        self.position += 4
        var length: UInt32 = 0
        for shift in [0, 8, 16, 24] as [UInt32] { length |= try self.byte() << shift }
        guard length == UInt32(truncatingIfNeeded: self.output.count - start) else { throw .corrupt }
    }

    // MARK: - Blocks

    /// Reads one block; false after the last.
    private mutating func block() throws(InflateError) -> Bool {
        let isLast = try self.take(1) == 1
        switch try self.take(2) {
        case 0: try self.stored()
        case 1: try self.compressed(literals: Self.fixedLiterals, distances: Self.fixedDistances)
        case 2:
            let (literals, distances) = try self.tables()
            try self.compressed(literals: literals, distances: distances)
        default: throw .corrupt
        }
        guard self.output.count <= self.outputMax else { throw .tooLarge }
        return !isLast
    }

    private mutating func stored() throws(InflateError) {
        // Whole bytes that were read ahead are given back.
        self.position -= self.bitCount / 8
        (self.bits, self.bitCount) = (0, 0)
        let length = Int(try self.byte() | (try self.byte() << 8))
        self.position += 2
        guard self.position + length <= self.input.count else { throw .corrupt }
        self.output.append(contentsOf: self.input[self.position..<self.position + length])
        self.position += length
    }

    private mutating func compressed(literals: HuffmanTable, distances: HuffmanTable) throws(InflateError) {
        while true {
            let symbol = try self.symbol(literals)
            if symbol < 256 {
                self.output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 {
                self.position -= self.bitCount / 8
                self.bitCount %= 8
                self.bits &= (1 << UInt32(self.bitCount)) - 1
                return
            }
            guard symbol - 257 < Self.lengthBases.count else { throw .corrupt }
            let length = Self.lengthBases[symbol - 257] + Int(try self.take(Self.lengthBits[symbol - 257]))
            let code = try self.symbol(distances)
            guard code < Self.distanceBases.count else { throw .corrupt }
            try self.copy(length, from: Self.distanceBases[code] + Int(try self.take(Self.distanceBits[code])))
        }
    }

    private mutating func copy(_ length: Int, from distance: Int) throws(InflateError) {
        var start = self.output.count - distance
        guard start >= 0, self.output.count + length <= self.outputMax else { throw .corrupt }
        // Byte by byte, since a copy may reach into what it is just writing, and a slice would copy the whole buffer.
        for _ in 0..<length {
            self.output.append(self.output[start])
            start += 1
        }
    }

    private mutating func tables() throws(InflateError) -> (literals: HuffmanTable, distances: HuffmanTable) {
        let literalCount = Int(try self.take(5)) + 257
        let distanceCount = Int(try self.take(5)) + 1
        var codeLengths = [UInt8](repeating: 0, count: 19)
        for index in 0..<(Int(try self.take(4)) + 4) { codeLengths[Self.codeOrder[index]] = UInt8(try self.take(3)) }
        let codes = try HuffmanTable(lengths: codeLengths)
        var lengths: [UInt8] = []
        while lengths.count < literalCount + distanceCount {
            let symbol = try self.symbol(codes)
            switch symbol {
            case 0..<16: lengths.append(UInt8(symbol))
            case 16:
                guard let last = lengths.last else { throw .corrupt }
                lengths.append(contentsOf: repeatElement(last, count: 3 + Int(try self.take(2))))
            case 17: lengths.append(contentsOf: repeatElement(0, count: 3 + Int(try self.take(3))))
            default: lengths.append(contentsOf: repeatElement(0, count: 11 + Int(try self.take(7))))
            }
        }
        guard lengths.count == literalCount + distanceCount else { throw .corrupt }
        return (
            literals: try HuffmanTable(lengths: Array(lengths[..<literalCount])),
            distances: try HuffmanTable(lengths: Array(lengths[literalCount...]))
        )
    }

    // MARK: - Bits

    private mutating func byte() throws(InflateError) -> UInt32 {
        guard self.position < self.input.count else { throw .corrupt }
        defer { self.position += 1 }
        return UInt32(self.input[self.position])
    }

    private mutating func fill(_ count: Int) {
        while self.bitCount < count, self.position < self.input.count {
            self.bits |= UInt32(self.input[self.position]) << UInt32(self.bitCount)
            self.position += 1
            self.bitCount += 8
        }
    }

    private mutating func take(_ count: Int) throws(InflateError) -> UInt32 {
        guard count > 0 else { return 0 }
        self.fill(count)
        guard self.bitCount >= count else { throw .corrupt }
        let value = self.bits & ((1 << UInt32(count)) - 1)
        self.bits >>= UInt32(count)
        self.bitCount -= count
        return value
    }

    private mutating func symbol(_ table: HuffmanTable) throws(InflateError) -> Int {
        self.fill(HuffmanTable.width)
        let entry = table.entries[Int(self.bits & HuffmanTable.mask)]
        let length = Int(entry & 15)
        guard length > 0, length <= self.bitCount else { throw .corrupt }
        self.bits >>= UInt32(length)
        self.bitCount -= length
        return Int(entry >> 4)
    }

    // MARK: - The constants of RFC 1951, section 3.2

    private static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
    private static let fixedLiterals = HuffmanTable(
        complete: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
            + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8)
    )
    private static let fixedDistances = HuffmanTable(complete: [UInt8](repeating: 5, count: 32))
}

/// A canonical Huffman code as one lookup: the next 15 bits give the symbol and how many of them it used.
struct HuffmanTable {
    static let width = 15
    static let mask: UInt32 = (1 << 15) - 1
    /// Symbol << 4 | length; 0 where no code leads.
    private(set) var entries: [UInt16]

    init(lengths: [UInt8]) throws(InflateError) {
        var used = 0
        for length in lengths where length > 0 { used += 1 << (Self.width - Int(length)) }
        guard used <= 1 << Self.width else { throw .corrupt }
        self.init(complete: lengths)
    }

    init(complete lengths: [UInt8]) {
        self.entries = [UInt16](repeating: 0, count: 1 << Self.width)
        var code = 0
        for length in 1...Self.width {
            for symbol in lengths.indices where Int(lengths[symbol]) == length {
                // Codes arrive with their first bit lowest, so the table is indexed by the code turned round.
                var (turned, rest) = (0, code)
                for _ in 0..<length {
                    turned = turned << 1 | rest & 1
                    rest >>= 1
                }
                let entry = UInt16(symbol << 4 | length)
                for index in stride(from: turned, to: 1 << Self.width, by: 1 << length) { self.entries[index] = entry }
                code += 1
            }
            code <<= 1
        }
    }
}
