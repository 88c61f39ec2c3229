import Foundation
import TestSupport
import Testing

@testable import Metrics

@Suite("Native histograms")
struct NativeHistogramTests {
    @Test("a number's bucket is the one whose bounds enclose it, at every schema", arguments: NativeScale.schemas)
    func buckets(schema: Int) throws {
        let index = NativeIndex(NativeScale(schema: schema, zeroThreshold: 1e-300, maxBuckets: 160))
        var generator = SplitMix64(seed: UInt64(schema + 4))
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next()).magnitude
            guard value.isFinite, value > 0 else { continue }
            let bucket = index.bucket(of: value)
            // The bounds themselves are rounded: an ulp more or less is no mistake.
            let (below, above) = (
                NativeScale.upperBound(bucket - 1, schema: schema), NativeScale.upperBound(bucket, schema: schema)
            )
            guard value >= below.nextDown, value <= above.nextUp else {
                Issue.record("\(value) is not within \(below) to \(above)")
                return
            }
        }
    }

    @Test(
        "bounds belong to the bucket that they end",
        arguments: [
            (0, 1, 0), (0, 1.0000001, 1), (0, 2, 1), (0, 0.5, -1), (0, 3, 2), (3, 1, 0), (3, 2, 8), (3, 1.5, 5),
            (3, 0.5, -8), (8, 2, 256), (-1, 4, 1), (-1, 4.1, 2), (-1, 1, 0), (-1, 0.9, 0), (-1, 0.25, -1),
            (-4, 65_536, 1),
            (-4, 65_537, 2), (0, .leastNonzeroMagnitude, -1074), (3, .leastNonzeroMagnitude, -8592),
            (0, .greatestFiniteMagnitude, 1024), (0, .infinity, 1025), (3, .infinity, 8193), (-4, .infinity, 65),
        ] as [(Int, Double, Int)]
    )
    func bounds(schema: Int, value: Double, bucket: Int) {
        let index = NativeIndex(NativeScale(schema: schema, zeroThreshold: 1e-9, maxBuckets: 160))
        #expect(index.bucket(of: value) == bucket)
    }

    private static func histogram(_ scale: NativeScale, bounds: [Double] = []) -> Histogram {
        Histogram(HistogramShape(bounds: bounds, native: scale))
    }

    @Test("zero, negative and infinite numbers and no numbers have their places")
    func places() {
        let histogram = Self.histogram(NativeScale(schema: 0, zeroThreshold: 0.5, maxBuckets: 160), bounds: [1, 4])
        for value in [0, 0.5, -0.5, 0.6, -2, 4, .infinity, .nan, -.infinity] { histogram.observe(value) }
        let reading = histogram.read()
        #expect(reading.zeroCount == 3)
        #expect(reading.positive.map(\.index) == [0, 2, 1025])
        #expect(reading.positive.map(\.count) == [1, 1, 2])
        #expect(reading.negative.map(\.index) == [1, 1025])
        #expect(reading.cumulative == [6, 7, 9])
        #expect(reading.count == 9)
    }

    @Test(
        "with too many buckets the resolution is halved until they fit, and no observation is lost",
        arguments: [(8, 8), (8, 40), (3, 8), (3, 160), (0, 20)]
    )
    func givingUp(schema: Int, maxBuckets: Int) {
        let scale = NativeScale(schema: schema, zeroThreshold: 0x1p-200, maxBuckets: maxBuckets)
        let histogram = Self.histogram(scale, bounds: [1e-3, 1, 1e3])
        var expected: [Int: UInt64] = [:]
        var generator = SplitMix64(seed: 6)
        var lastSchema = schema
        for round in 1...40 {
            for _ in 0..<100 {
                let value = exp2(Double(generator.int(-round * 4...round * 4)) + Double(generator.int(0...999)) / 1000)
                histogram.observe(value)
                expected[NativeIndex(scale).bucket(of: value), default: 0] += 1
            }
            let reading = histogram.read()
            #expect(reading.positive.count <= maxBuckets || reading.schema == NativeScale.schemas.lowerBound)
            #expect(reading.schema <= lastSchema, "what was given up stays given up")
            lastSchema = reading.schema
            // Merging the exact counts as the standard does gives the same.
            var merged = expected
            for _ in reading.schema..<schema {
                merged = Dictionary(merged.map { (NativeScale.coarser($0.key), $0.value) }, uniquingKeysWith: +)
            }
            #expect(Dictionary(uniqueKeysWithValues: reading.positive.map { ($0.index, $0.count) }) == merged)
            #expect(reading.count == UInt64(round * 100))
        }
        #expect(lastSchema < schema || maxBuckets == 160)
    }

    @Test("an adversary who fills all doubles finds room")
    func allDoubles() {
        let histogram = Self.histogram(NativeScale(schema: 8, zeroThreshold: 1e-300, maxBuckets: 8), bounds: [0, 1])
        var generator = SplitMix64(seed: 8)
        var observed: UInt64 = 0
        for _ in 0..<50_000 {
            histogram.observe(Double(bitPattern: generator.next()))
            observed += 1
        }
        let reading = histogram.read()
        #expect(reading.count == observed)
        #expect(reading.schema == -4)
        #expect(
            reading.positive.reduce(0) { $0 + $1.count } + reading.negative.reduce(0) { $0 + $1.count }
                + reading.zeroCount == observed
        )
    }

    @Test(
        "a thread that observes alone, in one or in two at once, leaves the same counts, sum and exemplars",
        arguments: [nil, NativeScale.standard]
    )
    func alone(scale: NativeScale?) {
        let shape = HistogramShape(bounds: [0.001, 0.1, 1], native: scale)
        let (alone, locked) = (Histogram(shape, keepsExemplars: true), Histogram(shape, keepsExemplars: true))
        let both = [Histogram(shape, keepsExemplars: true), Histogram(shape, keepsExemplars: true)]
        var generator = SplitMix64(seed: 4)
        for number in 0..<5_000 {
            let value = number == 7 ? .nan : number == 8 ? -3 : Double(generator.next() >> 20) * 1e-13
            let evidence = Evidence(subject: 1, number: UInt64(number), time: Int64(number) * 1_000_000)
            alone.observeAlone(value, evidence: evidence)
            locked.observe(value, evidence: evidence)
            both[0].observeAlone(value, evidence: evidence, alsoIn: both[1])
        }
        let right = locked.read()
        for left in [alone.read(), both[0].read(), both[1].read()] {
            #expect((left.count, left.sum, left.schema) == (right.count, right.sum, right.schema))
            #expect(left.cumulative == right.cumulative)
            #expect(left.positive.map(\.count) == right.positive.map(\.count))
            #expect(left.exemplars == right.exemplars)
            #expect(left.count == 5_000)
        }
    }

    @Test("both kinds come from one reading: every scrape agrees with itself under eight threads")
    func consistent() async {
        let registry = Registry()
        let family = registry.histogram(
            "arb1d_wait_seconds",
            help: "Wait.",
            labels: VenueLabels.self,
            buckets: [0.1, 1]
        )
        let histogram = family.histogram(for: VenueLabels(venue: "a"))
        await withTaskGroup { group in
            for worker in 0..<8 {
                group.addTask {
                    for step in 0..<5_000 { histogram.observe(Double(step % 977 + worker) / 500) }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<60 {
                        guard let body = try? ParsedProtobuf(registry.render(.protobuf)) else {
                            Issue.record("not readable")
                            return
                        }
                        let key = SampleKey.make("arb1d_wait_seconds", [("venue", "a")])
                        let count = body.values[SampleKey.make("arb1d_wait_seconds_count", [("venue", "a")])]
                        #expect(body.natives[key].map { Double($0.total) } == count)
                        #expect(
                            body.values[SampleKey.make("arb1d_wait_seconds_bucket", [("venue", "a"), ("le", "+Inf")])]
                                == count
                        )
                    }
                }
            }
        }
        #expect(histogram.read().count == 40_000)
        #expect(histogram.read().positive.reduce(0) { $0 + $1.count } + histogram.read().zeroCount == 40_000)
    }

    @Test("a native histogram without observations says that it is one")
    func empty() throws {
        let registry = Registry()
        _ = registry.histogram("arb1d_wait_seconds", help: "Wait.", buckets: [])
        let body = try ParsedProtobuf(registry.render(.protobuf))
        let native = try #require(body.natives["arb1d_wait_seconds"])
        #expect(native.spans == 1)
        #expect(native.total == 0)
        #expect(native.schema == 3)
        #expect(native.zeroThreshold == 0x1p-30)
    }
}
