/// What one collector gives in one scrape, printed as it comes: a body for each of its families.
///
/// Nothing is kept of a sample but its text, so a sample is touched once, and no label block is held or let go.
// Invariant: `bodies` points to `families.count` initialised bodies from init to deinit and is never reassigned; every
// index is checked. Whoever has the workspace that this belongs to has it alone.
@safe final class SampleMemory: @unchecked Sendable {
    private struct Body: ~Copyable {
        var output = OutputBuffer(capacity: 256)
        var samples = 0
        /// Where each sample's text ends, when they are to be put in order.
        var ends: [Int] = []
    }

    private let families: [Family]
    private let bodies: UnsafeMutablePointer<Body>
    private var form = ExpositionForm.text(TextExposition(isOpenMetrics: false))
    private var keepsEnds = false
    /// The labels of a sample that come as texts, formatted here.
    private var labels = LabelBlock.empty
    #if DEBUG
        private var seen: [Set<[UInt8]>] = []
    #endif

    init(_ families: [Family]) {
        self.families = families
        unsafe self.bodies = .allocate(capacity: families.count)
        for index in families.indices { unsafe (self.bodies + index).initialize(to: Body()) }
    }

    deinit {
        unsafe self.bodies.deinitialize(count: self.families.count)
        unsafe self.bodies.deallocate()
    }

    /// Forgets the last scrape's samples, but not their memory.
    ///
    /// - Parameters:
    ///   - form: How the next ones are printed.
    ///   - keepsEnds: Whether ``texts(of:)`` is going to be asked.
    func begin(_ form: ExpositionForm, keepsEnds: Bool) {
        (self.form, self.keepsEnds) = (form, keepsEnds)
        for index in self.families.indices {
            unsafe self.bodies[index].output.removeAll()
            unsafe self.bodies[index].samples = 0
            unsafe self.bodies[index].ends.removeAll(keepingCapacity: true)
        }
        #if DEBUG
            self.seen = self.families.map { _ in [] }
        #endif
    }

    // MARK: Adding

    @inline(__always)
    func add(_ index: Int, _ labels: borrowing LabelBlock, _ value: SampleValue) {
        let (bytes, end) = (labels.bytes.span, labels.textCount)
        self.add(index, bytes.extracting(first: end), bytes.extracting(droppingFirst: end), value)
    }

    /// Adds a sample by its labels as text and as protobuf.
    @inline(__always)
    func add(_ index: Int, _ text: Span<UInt8>, _ fields: Span<UInt8>, _ value: SampleValue) {
        let family = self.families[index]
        switch self.form {
        case .text(let exposition): unsafe exposition.write(value, text, fields, of: family, &self.bodies[index].output)
        case .protobuf(let exposition):
            unsafe exposition.write(value, text, fields, of: family, &self.bodies[index].output)
        }
        unsafe self.bodies[index].samples += 1
        if self.keepsEnds { unsafe self.bodies[index].ends.append(self.bodies[index].output.count) }
        self.noteInDebug(index, text)
    }

    func add(_ index: Int, _ values: [String], _ value: SampleValue) {
        self.labels.set(self.families[index].description.labels, values)
        self.add(index, self.labels, value)
    }

    /// Only debug builds look, since it takes longer than the printing.
    @inline(__always)
    private func noteInDebug(_ index: Int, _ labels: Span<UInt8>) {
        #if DEBUG
            precondition(
                self.seen[index].insert([UInt8](copying: labels)).inserted,
                "\(self.families[index].description.name) got a series twice in one scrape."
            )
        #endif
    }

    func description(of index: Int) -> FamilyDescription { self.families[index].description }

    // MARK: Reading

    func sampleCount(of index: Int) -> Int {
        precondition(self.families.indices.contains(index), "There is no such family.")
        return unsafe self.bodies[index].samples
    }

    func byteCount(of index: Int) -> Int {
        precondition(self.families.indices.contains(index), "There is no such family.")
        return unsafe self.bodies[index].output.count
    }

    /// Lends what was printed of a family.
    func withBytes<Result>(of index: Int, _ use: (Span<UInt8>) throws -> Result) rethrows -> Result {
        precondition(self.families.indices.contains(index), "There is no such family.")
        return unsafe try self.bodies[index].output.withBytes(use)
    }

    /// The text of each sample of a family.
    func texts(of index: Int) -> [[UInt8]] {
        self.withBytes(of: index) { bytes in
            var start = 0
            return unsafe self.bodies[index].ends.map { end in
                defer { start = end }
                return [UInt8](copying: bytes.extracting(start..<end))
            }
        }
    }
}
