import Foundation
import Testing

@testable import Feed

/// Replays the inputs by which the fuzzer broke the walk over frames once, and some that show what it looks at.
@Suite("Inputs of the fuzzer to the frame walker")
struct FoundInputTests {
    static let inputs: [URL] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Inputs")
        return (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    }()

    @Test("every property holds", arguments: inputs)
    func replay(file: URL) throws { try FrameProperties.check(Array(Data(contentsOf: file))) }

    @Test("there are inputs")
    func coverage() { #expect(!Self.inputs.isEmpty) }
}
