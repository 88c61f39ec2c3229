import Testing

@testable import arb1d

@Suite("Configuration file")
struct ConfigurationFileTests {
    private func problems(_ bytes: [UInt8]) throws -> String {
        let file = try TemporaryFile(bytes: bytes)
        return self.problems(at: file.path)
    }

    private func problems(at path: String) -> String {
        do throws(ConfigurationError) {
            _ = try ConfigurationFile.load(path)
            return ""
        } catch {
            return error.description
        }
    }

    @Test("is known by the SHA-256 of its text")
    func digest() throws {
        let file = try TemporaryFile("venues: {binance: {}, bybit: {}}\n")
        let digest = try ConfigurationFile.load(file.path).digest
        #expect(digest == "bc0f38f70d71973207b02bce0afecbfe745ee89e37438f8dcd3d980f716357d9")
    }

    @Test("is refused with the system's reason when it is absent or a folder")
    func unreadable() {
        #expect(self.problems(at: "/nowhere/arb1d.yaml").contains("cannot be read: No such file or directory"))
        #expect(self.problems(at: "/").contains("cannot be read: Is a directory"))
    }

    @Test("is refused when it is larger than 1 MiB or no UTF-8")
    func otherFiles() throws {
        let comment = [UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20)
        let tooLarge = try self.problems(comment + [UInt8(ascii: "\n")])
        #expect(tooLarge.contains("cannot be read: larger than 1048576 bytes"))
        #expect(try self.problems(comment).contains("no venue is named"), "exactly 1 MiB is read")
        #expect(try self.problems([0x76, 0xFF, 0x0A]).contains("cannot be read: not UTF-8 text"))
    }
}

@Suite("Configuration tree")
struct ConfigurationTreeTests {
    private func problems(_ yaml: String) -> [String] {
        ConfigurationTree(yaml: yaml).problems.map { "\($0.key): \($0.problem)" }
    }

    @Test("keeps scalars, lists and sections by their path, each with its line")
    func paths() {
        let tree = ConfigurationTree(yaml: "listen: a:1\nvenues:\n  bybit:\n  binance: {fee: 1}\nlist: [x, y]\n")
        #expect(tree.problems.isEmpty)
        #expect(tree.entries["listen"]?.values == ["a:1"])
        #expect(tree.entries["venues.binance.fee"]?.line == 4)
        #expect(tree.entries["list"]?.values == ["x", "y"])
        #expect(tree.entries["list"]?.isList == true)
        #expect(tree.sections["venues"]?.keys == ["bybit", "binance"])
        #expect(tree.sections["venues.bybit"]?.keys == [], "a key without a value is an empty section")
        #expect(ConfigurationTree(yaml: "").sections.isEmpty)
    }

    @Test(
        "names what a configuration has no use for",
        arguments: [
            ("just text\n", "(file): not readable as YAML: not a mapping"),
            ("quotes: [[USDT], [USDC]]\n", "quotes: a list of lists"),
            ("? [a, b]\n: 1\n", "(top level): a key is not text"),
            ("venues:\n  ? {a: b}\n  : 1\n", "venues: a key is not text"),
            ("a: \"open\n", "(file): not readable as YAML: found unexpected end of stream"),
            ("a: *nobody\n", "(file): not readable as YAML"),
        ]
    )
    func useless(yaml: String, problem: String) {
        #expect(self.problems(yaml).contains { $0.hasPrefix(problem) }, "\(self.problems(yaml))")
    }
}
