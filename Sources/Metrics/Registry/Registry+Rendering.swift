import Synchronization

extension Registry {
    /// Renders all families and lends the body, whose memory is used again for the next one.
    ///
    /// - Parameters:
    ///   - format: What the scraper asked for.
    ///   - showsCreated: Whether OpenMetrics gets `_created` samples; protobuf has creation times always.
    ///   - deadline: When nobody waits for the body any longer.
    ///   - use: Gets the body.
    /// - Returns: What `use` returned; nil when the deadline passed before the body was whole: half a scrape would look
    ///   as if series had vanished.
    public func render<Result>(
        _ format: ExpositionFormat,
        showsCreated: Bool = false,
        by deadline: ContinuousClock.Instant? = nil,
        _ use: (borrowing ScrapeBody) throws -> Result
    ) rethrows -> Result? {
        let start = ContinuousClock.now
        let workspace = self.workspaces.take()
        defer { self.workspaces.giveBack(workspace) }
        let form = ExpositionForm(format, showsCreated: showsCreated)
        self.read(into: workspace, as: form)
        let isWhole =
            switch form {
            case .text(let exposition): workspace.write(exposition, by: deadline)
            case .protobuf(let exposition): workspace.write(exposition, by: deadline)
            }
        guard isWhole else { return nil }
        let body = ScrapeBody(workspace)
        self.figures.record(format, duration: ContinuousClock.now - start, bodyBytes: body.count)
        return try use(body)
    }

    /// Renders all families into bytes of their own.
    public func render(_ format: ExpositionFormat = .text, showsCreated: Bool = false) -> [UInt8] {
        self.render(format, showsCreated: showsCreated) { $0.joined() } ?? []
    }

    /// Renders the families that `isWanted` by name in text 0.0.4, label sets in order too, and leaves no trace in the
    /// registry.
    ///
    /// The bytes depend on nothing but what was counted: for output that is compared, not scraped.
    public func renderInOrder(where isWanted: (String) -> Bool) -> [UInt8] {
        let workspace = self.workspaces.take()
        defer { self.workspaces.giveBack(workspace) }
        let exposition = TextExposition(isOpenMetrics: false)
        self.read(into: workspace, as: .text(exposition), inOrder: true, where: isWanted)
        _ = workspace.write(exposition, by: nil, inOrder: true)
        return ScrapeBody(workspace).joined()
    }
}

extension [UInt8] {
    /// A copy of lent bytes.
    public init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}

/// The memory of renders that are over. A few scrapers at once each find one; more make their own and let it go.
final class WorkspacePool: Sendable {
    private static let limit = 3
    private let free = Lock<[ScrapeWorkspace]>([])

    func take() -> ScrapeWorkspace { self.free.withLock { $0.popLast() } ?? ScrapeWorkspace() }

    func giveBack(_ workspace: ScrapeWorkspace) {
        self.free.withLock { free in
            if free.count < Self.limit { free.append(workspace) }
        }
    }
}
