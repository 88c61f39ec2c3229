import Foundation
import Testing
import Venues

/// Replays the inputs by which the fuzzer broke an adapter once, and some that show what it looks at.
@Suite("Inputs of the fuzzer to the adapters")
struct FoundInputTests {
    struct Input: CustomTestStringConvertible {
        let venue: String
        let file: URL
        var testDescription: String { "\(self.venue)/\(self.file.lastPathComponent)" }
    }

    static let inputs: [Input] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Inputs")
        return VenueRegistry.all.map { $0.profile.name }.flatMap { venue in
            let files = try? FileManager.default.contentsOfDirectory(
                at: folder.appending(path: venue),
                includingPropertiesForKeys: nil
            )
            return (files ?? []).map { Input(venue: venue, file: $0) }
        }
    }()

    @Test("every property holds", arguments: inputs)
    func replay(input: Input) throws {
        let adapter = try #require(VenueRegistry.adapter(named: input.venue))
        try AdapterProperties.check(Array(Data(contentsOf: input.file)), of: adapter)
    }

    @Test("each adapter has inputs")
    func coverage() {
        #expect(Set(Self.inputs.map(\.venue)) == Set(VenueRegistry.all.map { $0.profile.name }))
    }
}
