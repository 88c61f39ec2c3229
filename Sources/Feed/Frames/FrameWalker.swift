/// Takes what a ``FrameWalker`` finds. Payloads are borrowed: they are gone when the call returns.
protocol FrameSink {
    /// Whole text messages that lie in `bytes` one behind the other, not checked to be UTF-8.
    ///
    /// - Returns: How many of them it took, from the first on; they were UTF-8. The next one comes to ``text(_:)``, and
    ///   those behind it come again.
    mutating func texts(_ bytes: Span<UInt8>, at places: Span<Range<Int>>) -> Int
    /// A whole text message, checked to be UTF-8.
    ///
    /// - Returns: `false` ends the walk: the connection is condemned.
    mutating func text(_ payload: Span<UInt8>) -> Bool
    /// A whole binary message.
    mutating func binary(_ payload: Span<UInt8>)
    mutating func ping(_ payload: Span<UInt8>)
    mutating func pong()
    /// Nothing comes after it.
    mutating func close(_ frame: CloseFrame)
}

extension FrameSink {
    /// Takes each by itself.
    mutating func texts(_ bytes: Span<UInt8>, at places: Span<Range<Int>>) -> Int { 0 }
}

/// Walks over the frames in what a server sent, however the bytes were split on the way.
///
/// A frame that lies whole in the bytes at hand is handed over where it lies. Of one that does not, exactly the missing
/// bytes are added to one reused buffer, so at most one frame is ever held, and the next one is read in place again.
struct FrameWalker: ~Copyable {
    private enum Message { case none, text, binary }

    /// The bound of a frame's payload and of a message.
    let maxMessageBytes: Int
    /// The beginning of one frame whose rest has not come yet, head included.
    private var pending: [UInt8] = []
    /// The fragments so far of a message.
    private var fragments: [UInt8] = []
    private var message: Message = .none
    /// After a close frame, a violation or a refusal by the sink: what still comes is ignored.
    private(set) var isEnded = false

    init(maxMessageBytes: Int = 1 << 20) { self.maxMessageBytes = maxMessageBytes }

    /// Hands every frame that is whole to `sink`, in order.
    ///
    /// - Throws: What the server did wrong; the frames before it were handed over, and nothing will be after it.
    mutating func walk<Sink: FrameSink>(_ bytes: Span<UInt8>, into sink: inout Sink) throws(FrameViolation) {
        do throws(FrameViolation) {
            var offset = 0
            while !self.isEnded, offset < bytes.count || !self.pending.isEmpty {
                if self.pending.isEmpty {
                    guard try !self.run(bytes, &offset, into: &sink) else { continue }
                    guard try self.step(bytes, &offset, into: &sink) else { return }
                } else {
                    guard try self.complete(bytes, &offset, into: &sink) else { return }
                }
            }
        } catch {
            self.isEnded = true
            throw error
        }
    }

    /// Handles the whole text messages that begin at `offset`, up to 32 of them, in place.
    ///
    /// - Returns: Whether there was one.
    private mutating func run<Sink: FrameSink>(
        _ bytes: Span<UInt8>,
        _ offset: inout Int,
        into sink: inout Sink
    ) throws(FrameViolation) -> Bool {
        guard case .none = self.message else { return false }
        var places = InlineArray<32, Range<Int>>(repeating: 0..<0)
        var count = 0
        while count < places.count, let place = FrameHeader.wholeText(bytes, at: offset, self.maxMessageBytes) {
            places[count] = place
            (count, offset) = (count + 1, place.upperBound)
        }
        guard count > 0 else { return false }
        var next = 0
        while !self.isEnded {
            next += sink.texts(bytes, at: places.span.extracting(next..<count))
            guard next < count else { break }
            try self.hand(bytes.extracting(places[next]), of: .text, to: &sink)
            next += 1
            guard next < count else { break }
        }
        return true
    }

    /// Handles the frame at `offset` in place, or keeps its beginning.
    ///
    /// - Returns: Whether there was a whole one.
    private mutating func step<Sink: FrameSink>(
        _ bytes: Span<UInt8>,
        _ offset: inout Int,
        into sink: inout Sink
    ) throws(FrameViolation) -> Bool {
        let rest = bytes.extracting(offset..<bytes.count)
        guard let header = try FrameHeader(rest, maxPayload: self.maxMessageBytes), header.frameLength <= rest.count
        else {
            self.pending.append(rest)
            offset = bytes.count
            return false
        }
        offset += header.frameLength
        try self.handle(header, rest.extracting(header.headLength..<header.frameLength), into: &sink)
        return true
    }

    /// Adds what the pending frame lacks, and handles it when it is whole.
    private mutating func complete<Sink: FrameSink>(
        _ bytes: Span<UInt8>,
        _ offset: inout Int,
        into sink: inout Sink
    ) throws(FrameViolation) -> Bool {
        while true {
            let header = try FrameHeader(self.pending.span, maxPayload: self.maxMessageBytes)
            if let header, header.frameLength == self.pending.count {
                // Out of `self` while it is borrowed, and back with its storage.
                var frame: [UInt8] = []
                swap(&frame, &self.pending)
                try self.handle(header, frame.span.extracting(header.headLength..<header.frameLength), into: &sink)
                frame.removeAll(keepingCapacity: true)
                swap(&frame, &self.pending)
                return true
            }
            let wanted = header?.frameLength ?? (self.pending.count < 2 ? 2 : FrameHeader.headLength(self.pending[1]))
            let count = min(wanted - self.pending.count, bytes.count - offset)
            guard count > 0 else { return false }
            self.pending.append(bytes.extracting(offset..<offset + count))
            offset += count
        }
    }

    private mutating func handle<Sink: FrameSink>(
        _ header: FrameHeader,
        _ payload: Span<UInt8>,
        into sink: inout Sink
    ) throws(FrameViolation) {
        switch header.opcode {
        case .text, .binary:
            guard case .none = self.message else { throw .interruptedMessage }
            let message: Message = header.opcode == .text ? .text : .binary
            if header.isFinal {
                try self.hand(payload, of: message, to: &sink)
            } else {
                self.message = message
                self.fragments.append(payload)
            }
        case .continuation:
            try self.carryOn(payload, isFinal: header.isFinal, into: &sink)
        case .ping:
            sink.ping(payload)
        case .pong:
            sink.pong()
        case .close:
            let frame = try CloseFrame(payload)
            self.isEnded = true
            sink.close(frame)
        }
    }

    private mutating func carryOn<Sink: FrameSink>(
        _ payload: Span<UInt8>,
        isFinal: Bool,
        into sink: inout Sink
    ) throws(FrameViolation) {
        let message = self.message
        if case .none = message { throw .unexpectedContinuation }
        guard self.fragments.count + payload.count <= self.maxMessageBytes else { throw .oversized }
        self.fragments.append(payload)
        guard isFinal else { return }
        self.message = .none
        // Out of `self` while it is borrowed, and back with its storage.
        var whole: [UInt8] = []
        swap(&whole, &self.fragments)
        try self.hand(whole.span, of: message, to: &sink)
        whole.removeAll(keepingCapacity: true)
        swap(&whole, &self.fragments)
    }

    private mutating func hand<Sink: FrameSink>(
        _ payload: Span<UInt8>,
        of message: Message,
        to sink: inout Sink
    ) throws(FrameViolation) {
        guard case .text = message else { return sink.binary(payload) }
        guard payload.isUTF8 else { throw .badText }
        if !sink.text(payload) { self.isEnded = true }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe self.append(contentsOf: $0) }
    }
}
