import Foundation
import TestSupport

/// A scrape of arb1d: samples by their name with labels, as printed.
struct Exposition {
    let samples: [String: Double]

    init(_ text: String) {
        MovedFamilies.note(text)
        var samples: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        self.samples = samples
    }

    static func of(_ base: String) async throws -> Exposition {
        let (status, body) = try await HTTP.get(base + "/metrics")
        guard status == 200 else { throw NeverHappened(description: "/metrics answered \(status)") }
        return Exposition(body)
    }

    /// A sample by its whole printed name.
    subscript(_ name: String) -> Double? { self.samples[name] }

    /// All samples of a family, by their label block.
    func family(_ name: String) -> [String: Double] {
        self.samples.filter { $0.key == name || $0.key.hasPrefix(name + "{") }
    }

    /// The largest residual of all stages: anything but 0 is an element lost or doubled.
    var residual: Double { self.family("arb1d_flow_residual").values.max() ?? .nan }
}
