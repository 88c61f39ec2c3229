/// A rendered body, in pieces that follow one another: it never exists in one place, which would take its memory twice.
public struct ScrapeBody: ~Copyable {
    /// One piece.
    enum Piece {
        /// A part of what the workspace printed itself.
        case own(Range<Int>)
        /// What a collector gave of a family.
        case sampled(FamilyFeed)
    }

    private let workspace: ScrapeWorkspace
    /// In bytes.
    public let count: Int

    init(_ workspace: ScrapeWorkspace) {
        self.workspace = workspace
        self.count = workspace.byteCount
    }

    /// Lends the pieces in their order.
    public func forEachPiece(_ use: (Span<UInt8>) throws -> Void) rethrows {
        for piece in self.workspace.pieces {
            switch piece {
            case .own(let range): try self.workspace.output.withBytes { try use($0.extracting(range)) }
            case .sampled(let feed):
                try self.workspace.samples[feed.collector].withBytes(of: feed.position, use)
            }
        }
    }

    /// All pieces in one array.
    public func joined() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.count)
        self.forEachPiece { piece in unsafe piece.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) } }
        return bytes
    }
}
