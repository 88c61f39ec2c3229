import Metrics
import Synchronization

struct WriterLabels: LabelSet {
    static let names = ["writer", "part"]
    var writer: Int
    var part: String
    var values: [String] { ["\(self.writer)", self.part] }
}

enum Mood: String, StateLabel {
    case calm, busy

    var label: String { self.rawValue }
}

/// A registry with one instrument of each kind, and the books of what must be in it.
final class Subject: Sendable {
    private let registry = Registry()
    private let counter: Counter
    private let time: SecondsCounter
    private let labelled: CounterFamily<WriterLabels>
    private let gauge: Gauge
    private let moods: StateSet<Mood>
    private let classic: Histogram
    private let native: Histogram
    private let writes = Atomic<UInt64>(0)
    private let scrapes = Atomic<UInt64>(0)
    private let wrong = Atomic<UInt64>(0)

    init() {
        let registry = self.registry
        let none = NoLabels()
        self.counter = registry.counter("torture_steps_total", help: "Steps.")
        self.time = registry.seconds("torture_busy_seconds_total", help: "Time.", labels: NoLabels.self)
            .counter(for: none)
        self.labelled = registry.counter("torture_parts_total", help: "Parts.", labels: WriterLabels.self)
        self.gauge = registry.gauge("torture_level", help: "Level.")
        self.moods = registry.states("torture_mood", help: "Mood.", labels: NoLabels.self, of: Mood.self)
            .states(for: none)
        self.classic = registry.histogram("torture_classic_seconds", help: "Classic.", buckets: [0.1, 1], native: nil)
        self.native = registry.histogram(
            "torture_wait_seconds",
            help: "Both kinds, few enough buckets to lose resolution.",
            labels: NoLabels.self,
            buckets: [0.1, 1],
            native: NativeScale(schema: 8, zeroThreshold: 0x1p-30, maxBuckets: 40),
            exemplars: ExemplarNaming(number: "step") { PreformattedLabels(["writer"], ["\($0)"]) }
        ).histogram(for: none)
    }

    var written: UInt64 { self.writes.load(ordering: .relaxed) }
    var scraped: UInt64 { self.scrapes.load(ordering: .relaxed) }

    /// Steps until all are to end; the books of each writer are added when it has ended.
    func write(as number: Int, seed: UInt64, until stop: Stop) {
        let kept = self.labelled.counter(for: WriterLabels(writer: number, part: "kept"))
        var state = seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        var steps: UInt64 = 0
        while !stop.isSet {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(state >> 40) * 0x1p-22
            self.counter.increment()
            self.time.add(nanoseconds: 3)
            self.gauge.add(1)
            self.moods.set(state >> 63 == 0 ? .calm : .busy)
            self.classic.observe(value)
            self.native.observe(value, evidence: Evidence(subject: UInt32(number), number: steps, time: Int64(steps)))
            kept.increment(by: 2)
            if steps % 16 == 0 {
                let part = WriterLabels(writer: number, part: "\(steps % 128)")
                self.labelled.counter(for: part).increment()
                self.labelled.remove(part)
            }
            steps += 1
        }
        self.writes.wrappingAdd(steps, ordering: .relaxed)
    }

    /// Renders in each format in turn, and looks whether the text agrees with itself.
    func scrape(as number: Int, until stop: Stop) {
        var round = number
        while !stop.isSet {
            let format = ExpositionFormat.allCases[round % 3]
            let body = self.registry.render(format, showsCreated: round % 2 == 0)
            if format != .protobuf, !Self.agreesWithItself(body) { self.wrong.wrappingAdd(1, ordering: .relaxed) }
            self.scrapes.wrappingAdd(1, ordering: .relaxed)
            round += 1
        }
    }

    private static func agreesWithItself(_ body: [UInt8]) -> Bool {
        let text = String(decoding: body, as: UTF8.self)
        return ["torture_classic_seconds", "torture_wait_seconds"].allSatisfy { name in
            let last = self.value(of: name + "_bucket{le=\"+Inf\"}", in: text)
            return last != nil && last == self.value(of: name + "_count", in: text)
        }
    }

    private static func value(of sample: String, in text: String) -> UInt64? {
        text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }
            .flatMap { $0.dropFirst(sample.utf8.count + 1).split(separator: " ").first }.flatMap { UInt64($0) }
    }

    /// What does not agree with the books, once all writers have ended.
    var complaints: [String] {
        let text = String(decoding: self.registry.render(), as: UTF8.self)
        let steps = self.written
        var complaints: [String] = []
        func expect(_ sample: String, _ expected: UInt64) {
            let value = Self.value(of: sample, in: text)
            guard value != expected else { return }
            complaints.append("\(sample) is \(value.map(String.init) ?? "absent"), not \(expected)")
        }
        expect("torture_steps_total", steps)
        expect("torture_level", steps)
        expect("torture_classic_seconds_count", steps)
        expect("torture_wait_seconds_count", steps)
        let parts = text.split(separator: "\n").filter { $0.hasPrefix("torture_parts_total{") }
        if parts.count != 8 { complaints.append("\(parts.count) parts are left, not 8") }
        let sum = parts.compactMap { $0.split(separator: " ").last.flatMap { UInt64($0) } }.reduce(0, +)
        if sum != 2 * steps { complaints.append("the parts that were kept add up to \(sum), not \(2 * steps)") }
        if self.time.value != Double(3 * steps) / 1e9 { complaints.append("time is \(self.time.value)") }
        let wrong = self.wrong.load(ordering: .relaxed)
        if wrong != 0 { complaints.append("\(wrong) scrapes did not agree with themselves") }
        return complaints
    }
}
