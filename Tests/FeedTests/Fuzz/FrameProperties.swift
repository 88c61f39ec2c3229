@testable import Feed

/// What must hold of the walk over frames whatever bytes a server sends, and however they are split on the way.
///
/// The fuzzer and the replay of what it found check the same.
enum FrameProperties {
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    /// Small, so that few bytes reach it.
    static let maxMessageBytes = 300

    /// The first two bytes say how the rest is split.
    static func check(_ input: [UInt8]) throws(Broken) {
        guard input.count > 2 else { return }
        let bytes = Array(input.dropFirst(2))
        let whole = try self.walk(bytes, pieces: [bytes.count])
        let sizes = [Int(input[0]) + 1, Int(input[1]) + 1]
        for pieces in [[1], sizes, sizes.reversed()] {
            guard try self.walk(bytes, pieces: pieces) == whole else {
                throw Broken(description: "split into \(pieces) it is heard differently")
            }
            guard try self.walk(bytes, pieces: pieces, takesRuns: true) == whole else {
                throw Broken(description: "split into \(pieces), and taken in runs, it is heard differently")
            }
        }
        try self.checkHeads(bytes)
    }

    /// What was heard, to be compared.
    private struct Heard: Equatable, FrameSink {
        var events: [String] = []
        var payloadBytes = 0
        var violation: FrameViolation?
        var takesRuns = false

        /// Takes what is ASCII, as far as it goes.
        mutating func texts(_ bytes: Span<UInt8>, at places: Span<Range<Int>>) -> Int {
            guard self.takesRuns else { return 0 }
            for index in places.indices {
                guard places[index].allSatisfy({ bytes[$0] < 0x80 }) else { return index }
                self.note("text", bytes.extracting(places[index]))
            }
            return places.count
        }

        private mutating func note(_ kind: String, _ payload: Span<UInt8>) {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for index in payload.indices { hash = (hash ^ UInt64(payload[index])) &* 0x0000_0100_0000_01B3 }
            self.events.append("\(kind) \(payload.count) \(hash)")
            self.payloadBytes += payload.count
        }

        mutating func text(_ payload: Span<UInt8>) -> Bool {
            self.note("text", payload)
            if String(validating: payload.indices.map { payload[$0] }, as: UTF8.self) == nil {
                self.events.append("not UTF-8")
            }
            return true
        }
        mutating func binary(_ payload: Span<UInt8>) { self.note("binary", payload) }
        mutating func ping(_ payload: Span<UInt8>) { self.note("ping", payload) }
        mutating func pong() { self.events.append("pong") }
        mutating func close(_ frame: CloseFrame) {
            self.events.append("close \(frame.code.map(String.init) ?? "") \(frame.reason)")
        }
    }

    private static func walk(_ bytes: [UInt8], pieces: [Int], takesRuns: Bool = false) throws(Broken) -> Heard {
        var walker = FrameWalker(maxMessageBytes: self.maxMessageBytes)
        var heard = Heard()
        heard.takesRuns = takesRuns
        var (start, turn) = (0, 0)
        while start < bytes.count {
            let end = min(bytes.count, start + max(1, pieces[turn % pieces.count]))
            do throws(FrameViolation) {
                try walker.walk(Array(bytes[start..<end]).span, into: &heard)
            } catch {
                heard.violation = error
                guard walker.isEnded else { throw Broken(description: "goes on after \(error)") }
                break
            }
            (start, turn) = (end, turn + 1)
        }
        guard heard.payloadBytes <= bytes.count else { throw Broken(description: "heard more than was said") }
        heard.takesRuns = false
        guard !heard.events.contains("not UTF-8") else { throw Broken(description: "a text that is not UTF-8") }
        return heard
    }

    /// More bytes never change what a head says.
    private static func checkHeads(_ bytes: [UInt8]) throws(Broken) {
        var known: FrameHeader?
        for length in 0...min(bytes.count, 12) {
            let head = Array(bytes[..<length])
            guard let header = try? FrameHeader(head.span, maxPayload: self.maxMessageBytes) else {
                guard known == nil else { throw Broken(description: "a head that becomes wrong") }
                continue
            }
            if let known, header != known { throw Broken(description: "a head that changes") }
            known = header
        }
    }
}
