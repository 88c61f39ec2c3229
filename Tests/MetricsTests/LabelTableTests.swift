import Testing

@testable import Metrics

@Suite("Label tables and the pieces of a body")
struct LabelTableTests {
    private static let values = [
        ["bybit", "BTCUSDT"], ["gate\"io", "A\\B"], ["", String(repeating: "x", count: 300)],
    ]

    private static func registry(_ add: @escaping @Sendable (inout SampleSink, Int) -> Void) -> Registry {
        let registry = Registry(now: { 1 })
        let labels = ["venue", "symbol"]
        registry.collect([SampledFamily("arb1d_bid", kind: .gauge, help: "Bids.", labels: labels)]) { sink in
            for index in Self.values.indices { add(&sink, index) }
        }
        return registry
    }

    @Test("a sample by its place in a table prints like one by its values", arguments: ExpositionFormat.allCases)
    func table(format: ExpositionFormat) {
        var table = LabelTable(["venue", "symbol"])
        for values in Self.values { table.append(values) }
        #expect(table.count == 3)
        let byTable = Self.registry { [table] sink, index in sink.add(0, table, index, Double(index) + 0.5) }
        let byValues = Self.registry { sink, index in sink.add(0, Self.values[index], Double(index) + 0.5) }
        let byBlock = Self.registry { sink, index in
            sink.add(0, PreformattedLabels(["venue", "symbol"], Self.values[index]), Double(index) + 0.5)
        }
        // Without what a scrape costs, which differs.
        let family = Self.family(byTable, format)
        #expect(!family.isEmpty)
        #expect(family == Self.family(byValues, format))
        #expect(family == Self.family(byBlock, format))
    }

    /// The body up to the registry's own families, whose names come later.
    private static func family(_ registry: Registry, _ format: ExpositionFormat) -> ArraySlice<UInt8> {
        let body = registry.render(format)
        let own = Array("arb1d_metrics".utf8)
        let start = body.indices.first { body[$0...].starts(with: own) } ?? body.endIndex
        // Protobuf has the length of the next family before its name.
        return body[..<max(0, start - 4)]
    }

    @Test(
        "the pieces of a body make the whole of it, in their order, and none of them is empty",
        arguments: ExpositionFormat.allCases
    )
    func pieces(format: ExpositionFormat) {
        let registry = Registry.everyKind()
        var (pieces, joined, count) = ([[UInt8]](), [UInt8](), 0)
        registry.render(format) { body in
            body.forEachPiece { pieces.append([UInt8](copying: $0)) }
            (joined, count) = (body.joined(), body.count)
        }
        #expect(pieces.count > 1)
        #expect(pieces.allSatisfy { !$0.isEmpty })
        #expect(Array(pieces.joined()) == joined)
        #expect(joined.count == count)
    }
}
