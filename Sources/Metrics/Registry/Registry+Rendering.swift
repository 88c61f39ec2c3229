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
        _ use: (Span<UInt8>) throws -> Result
    ) rethrows -> Result? {
        let start = ContinuousClock.now
        let workspace = self.workspaces.take()
        defer { self.workspaces.giveBack(workspace) }
        self.read(into: workspace, showsCreated: showsCreated && format == .openMetrics)
        let isWhole =
            switch format {
            case .text: workspace.write(TextExposition(isOpenMetrics: false), by: deadline)
            case .openMetrics:
                workspace.write(TextExposition(isOpenMetrics: true, showsCreated: showsCreated), by: deadline)
            case .protobuf: workspace.write(ProtobufExposition(), by: deadline)
            }
        guard isWhole else { return nil }
        self.figures.record(format, duration: ContinuousClock.now - start, bodyBytes: workspace.output.count)
        return try workspace.output.withBytes(use)
    }

    /// Renders all families into bytes of their own.
    public func render(_ format: ExpositionFormat = .text, showsCreated: Bool = false) -> [UInt8] {
        self.render(format, showsCreated: showsCreated) { [UInt8](copying: $0) } ?? []
    }

    /// Renders the families that `isWanted` by name in text 0.0.4, label sets in order too, and leaves no trace in the
    /// registry.
    ///
    /// The bytes depend on nothing but what was counted: for output that is compared, not scraped.
    public func renderInOrder(where isWanted: (String) -> Bool) -> [UInt8] {
        let workspace = self.workspaces.take()
        defer { self.workspaces.giveBack(workspace) }
        self.read(into: workspace, showsCreated: false, where: isWanted)
        _ = workspace.write(TextExposition(isOpenMetrics: false), by: nil, inOrder: true)
        return workspace.output.withBytes { [UInt8](copying: $0) }
    }
}

extension ScrapeWorkspace {
    /// Writes all families that have samples; false when the deadline passed before the last one.
    fileprivate func write(
        _ exposition: some Exposition,
        by deadline: ContinuousClock.Instant?,
        inOrder: Bool = false
    ) -> Bool {
        self.output.removeAll()
        for source in self.sources where source.series > 0 {
            if let deadline, ContinuousClock.now >= deadline { return false }
            source.write(
                as: exposition,
                inOrder: inOrder,
                sinks: self.sinks,
                reading: &self.reading,
                &self.output
            )
        }
        exposition.finish(&self.output)
        return true
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
