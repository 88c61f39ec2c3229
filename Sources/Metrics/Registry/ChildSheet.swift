/// The children of one family in a stable order, as all scrapes read them until one is added or removed.
struct ChildSheet: Sendable {
    /// Where the numbers are: all children of a family are of one kind.
    enum Cells: Sendable {
        case counters([Counter])
        case seconds([SecondsCounter])
        case gauges([Gauge])
        case histograms([Histogram])
        case states([StateCell])
        /// Infos: there is nothing but their labels.
        case facts
    }

    let children: [Children.Child]
    let cells: Cells
    /// The same number of lines for each child.
    let texts: LineTexts
    let linesPerChild: Int

    /// - Parameters:
    ///   - children: In their order.
    ///   - texts: Of their family.
    init(_ children: [Children.Child], _ texts: FamilyTexts) {
        self.children = children
        self.cells = Cells(children)
        var lines = LineTexts()
        for (position, child) in children.enumerated() {
            texts.addLines(child.labels, to: &lines)
            // The first one tells how much room all take.
            if position == 0 { lines.reserve(times: children.count) }
        }
        self.texts = lines
        self.linesPerChild = children.isEmpty ? 0 : lines.count / children.count
    }

    /// The lines of some children.
    func lines(of children: Range<Int>) -> Range<Int> {
        children.lowerBound * self.linesPerChild..<children.upperBound * self.linesPerChild
    }
}

extension ChildSheet.Cells {
    fileprivate init(_ children: [Children.Child]) {
        func cells<Cell>(_ pick: (Instrument) -> Cell?) -> [Cell] {
            let cells = children.compactMap { pick($0.instrument) }
            precondition(cells.count == children.count, "A family counts whole numbers in one place, time in another.")
            return cells
        }
        switch children.first?.instrument {
        case .counter: self = .counters(cells { if case .counter(let cell) = $0 { cell } else { nil } })
        case .seconds: self = .seconds(cells { if case .seconds(let cell) = $0 { cell } else { nil } })
        case .gauge: self = .gauges(cells { if case .gauge(let cell) = $0 { cell } else { nil } })
        case .histogram: self = .histograms(cells { if case .histogram(let cell) = $0 { cell } else { nil } })
        case .state: self = .states(cells { if case .state(let cell) = $0 { cell } else { nil } })
        case .fact, nil: self = .facts
        }
    }
}

extension FamilyTexts {
    /// Adds what stands before the numbers of one child: one line, a stateset's for each state, a histogram's for each
    /// classic bucket, its sum and its count.
    fileprivate func addLines(_ labels: LabelBlock, to lines: inout LineTexts) {
        for suffix in self.limits + self.states { lines.add(self.sample, labels, suffix) }
        if !self.limits.isEmpty {
            lines.add(self.sum, labels)
            lines.add(self.count, labels)
        } else if self.states.isEmpty {
            lines.add(self.sample, labels)
        }
    }
}
