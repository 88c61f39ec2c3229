import Synchronization

/// What an evaluation gives when it gives a spread.
struct SpreadFigures {
    let spread: Double
    let netSpread: Double
    let notional: Double
    let olderLegChangedAt: Timestamp

    /// Those of a pair that never had a spread.
    static let initial = Self(spread: 0, netSpread: 0, notional: 0, olderLegChangedAt: .never)
}

/// The figures of one pair, written by the engine and read by anybody, without either waiting for the other.
public final class PairCell: Sendable {
    let line: PairLine

    public init() { self.line = PairLine.allocate() }

    deinit { self.line.deallocate() }

    /// The figures of one moment. Never blocks the writer; repeats while it writes, which takes nanoseconds.
    public func read() -> PairReading { self.line.read() }
}

/// Where a pair's figures stand: all in one line of the caches, for the engine writes them at each quote.
///
/// A sequence lock: the writer makes the version odd, writes, and makes it even again; a reader that met an odd
/// version or two different ones reads again. So the six gauges of a pair are always of one moment.
// Invariant: `figures` points to initialized figures until ``deallocate()``, which only the cell that owns them calls
// when it ends; all access to them is atomic.
@safe
struct PairLine: @unchecked Sendable {
    private struct Figures: ~Copyable {
        let version = Atomic<UInt64>(0)
        /// In its low byte; the reason of a quarantine in the next one.
        let status = Atomic<UInt64>(PairStatus.missing.rawValue)
        let spread = Atomic<UInt64>(0)
        let netSpread = Atomic<UInt64>(0)
        let notional = Atomic<UInt64>(0)
        let upper = Atomic<UInt64>(PairLine.noBand)
        let lower = Atomic<UInt64>(PairLine.noBand)
        let olderLegChangedAt = Atomic<Int64>(.min)
    }

    /// The bits that stand for "no band": a quantile of real spreads is never NaN.
    private static let noBand = Double.nan.bitPattern

    private let figures: UnsafeMutablePointer<Figures>

    fileprivate static func allocate() -> Self {
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: Prefetch.line, alignment: Prefetch.line)
        let figures = unsafe bytes.bindMemory(to: Figures.self, capacity: 1)
        unsafe figures.initialize(to: Figures())
        return unsafe Self(figures: figures)
    }

    fileprivate func deallocate() {
        unsafe self.figures.deinitialize(count: 1)
        unsafe self.figures.deallocate()
    }

    /// Has the processor bring the figures near.
    @inline(__always)
    func prefetch() { unsafe Prefetch.bytes(UnsafeRawPointer(self.figures), MemoryLayout<Figures>.size) }

    /// Writes what an evaluation gave.
    ///
    /// - Parameters:
    ///   - status: What the pair is now.
    ///   - quarantine: Why it is in quarantine; `nil`: it is not.
    ///   - figures: `nil`: the last ones stay.
    ///   - band: As it is from now on.
    /// - Precondition: Only the engine thread writes.
    @inline(__always)
    func store(_ status: PairStatus, _ quarantine: QuarantineReason?, _ figures: SpreadFigures?, band: Band?) {
        let version = self.begin()
        let reason = UInt64(quarantine?.rawValue ?? 0)
        unsafe self.figures.pointee.status.store(status.rawValue | reason << 8, ordering: .relaxed)
        if let figures {
            unsafe self.figures.pointee.spread.store(figures.spread.bitPattern, ordering: .relaxed)
            unsafe self.figures.pointee.netSpread.store(figures.netSpread.bitPattern, ordering: .relaxed)
            unsafe self.figures.pointee.notional.store(figures.notional.bitPattern, ordering: .relaxed)
            let changedAt = figures.olderLegChangedAt.nanoseconds
            unsafe self.figures.pointee.olderLegChangedAt.store(changedAt, ordering: .relaxed)
        }
        self.write(band)
        self.end(version)
    }

    /// Writes a band that changed by itself.
    func store(_ band: Band?) {
        let version = self.begin()
        self.write(band)
        self.end(version)
    }

    @inline(__always)
    private func begin() -> UInt64 {
        let version = unsafe self.figures.pointee.version.load(ordering: .relaxed)
        unsafe self.figures.pointee.version.store(version &+ 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)  // The odd version is seen before any of the new figures.
        return version
    }

    @inline(__always)
    private func end(_ version: UInt64) {
        unsafe self.figures.pointee.version.store(version &+ 2, ordering: .releasing)
    }

    @inline(__always)
    private func write(_ band: Band?) {
        unsafe self.figures.pointee.upper.store(band?.upper.bitPattern ?? Self.noBand, ordering: .relaxed)
        unsafe self.figures.pointee.lower.store(band?.lower.bitPattern ?? Self.noBand, ordering: .relaxed)
    }

    func read() -> PairReading {
        while true {
            let before = unsafe self.figures.pointee.version.load(ordering: .acquiring)
            let reading = self.readOnce()
            atomicMemoryFence(ordering: .acquiring)  // All figures were read before the version is read again.
            let after = unsafe self.figures.pointee.version.load(ordering: .relaxed)
            if before & 1 == 0, after == before { return reading }
        }
    }

    private func readOnce() -> PairReading {
        var reading = PairReading()
        let status = unsafe self.figures.pointee.status.load(ordering: .relaxed)
        reading.status = PairStatus(rawValue: status & 0xFF) ?? .missing
        reading.quarantine = QuarantineReason(rawValue: UInt8(truncatingIfNeeded: status >> 8))
        reading.spread = unsafe Double(bitPattern: self.figures.pointee.spread.load(ordering: .relaxed))
        reading.netSpread = unsafe Double(bitPattern: self.figures.pointee.netSpread.load(ordering: .relaxed))
        reading.notional = unsafe Double(bitPattern: self.figures.pointee.notional.load(ordering: .relaxed))
        let upper = unsafe Double(bitPattern: self.figures.pointee.upper.load(ordering: .relaxed))
        let lower = unsafe Double(bitPattern: self.figures.pointee.lower.load(ordering: .relaxed))
        reading.band = upper.isNaN ? nil : Band(upper: upper, lower: lower)
        let changedAt = unsafe self.figures.pointee.olderLegChangedAt.load(ordering: .relaxed)
        reading.olderLegChangedAt = Timestamp(nanoseconds: changedAt)
        return reading
    }
}
