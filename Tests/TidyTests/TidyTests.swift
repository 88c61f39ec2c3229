import Testing

/// The rules over the repository as it stands.
@Suite("The repository is tidy")
struct TidyTests {
    private static func expectNone(_ findings: [Finding]) {
        let list = findings.map(\.description).joined(separator: "\n")
        #expect(findings.isEmpty, "\(list)")
    }

    @Test("the sources, the tests and the documents are found")
    func sourcesAreFound() throws {
        let swift = Set(try Repository.swiftFiles().map(\.path))
        #expect(swift.contains("Package.swift"))
        #expect(swift.contains("Tests/TidyTests/TidyTests.swift"))
        #expect(swift.contains { $0.hasPrefix("Sources/Core/") })
        let text = Set(try Repository.textFiles().map(\.path))
        let known: Set = ["README.md", "Makefile", ".ci/run", "scripts/run.sh", "Sources/CCurl/module.modulemap"]
        #expect(known.subtracting(text) == [])
    }

    @Test("no module imports against the direction of the design")
    func importsPointOneWay() throws {
        Self.expectNone(try Repository.swiftFiles().flatMap(ImportRules.wrongImports))
    }

    @Test("the simulated venues share no code with the adapters")
    func simulationSharesNoCode() throws {
        let files = try Repository.swiftFiles()
        let simulation = files.filter { ["Sources/Simulation", "Sources/exchange-sim"].contains($0.module) }
        Self.expectNone(CopyRules.copies(from: files.filter { $0.module == "Sources/Venues" }, in: simulation))
    }

    @Test("nothing forces an optional, a cast or a try")
    func nothingIsForced() throws {
        Self.expectNone(try Repository.swiftFiles().flatMap(CodeRules.forcedUnwraps))
    }

    @Test("no test sleeps")
    func noTestSleeps() throws {
        let files = try Repository.swiftFiles()
        Self.expectNone(files.flatMap(CodeRules.sleeps) + CodeRules.sleepsOfSupport(in: files))
    }

    @Test("every unchecked claim of safety names its invariant")
    func uncheckedClaimsAreExplained() throws {
        Self.expectNone(try Repository.swiftFiles().flatMap(CodeRules.bareUncheckedClaims))
    }

    @Test("every test is written with Swift Testing")
    func testsUseOneLibrary() throws {
        Self.expectNone(try Repository.swiftFiles().flatMap(CodeRules.otherTestLibraries))
    }

    @Test("no tabs, no trailing white space, no Swift line over 120 columns")
    func textIsClean() throws {
        Self.expectNone(try Repository.textFiles().flatMap(TextRules.layout))
    }

    @Test("no Swift file is over 400 lines")
    func filesAreShort() throws {
        Self.expectNone(try Repository.swiftFiles().flatMap(TextRules.size))
    }

    @Test("nothing names a path of the machine it was built on")
    func machinesLeaveNoTraces() throws {
        Self.expectNone(try Repository.textFiles().flatMap(TextRules.tracesOfMachines))
    }
}
