import Testing

/// Each rule is shown a small sample that it must reject, and one that it must accept.
@Suite("The tidy rules can fail")
struct RuleTests {
    private static func lines(_ findings: [Finding]) -> [Int] { findings.map(\.line) }

    private static func source(_ text: String, at path: String = "Sources/Core/Sample.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    @Test(
        "an import against the direction is found, however it is written",
        arguments: [
            ("Sources/Core", "import Foundation"), ("Sources/Core", "internal import NIOCore"),
            ("Sources/Venues", "@preconcurrency import Feed"), ("Sources/Venues", "import struct Foundation.Date"),
            ("Sources/Metrics", "public import Core; import Venues"), ("Sources/Health", "\t import Feed"),
            ("Sources/Feed", "@testable import Endpoints"), ("Sources/Endpoints", "import Core"),
            ("Sources/Simulation", "import Venues"), ("Sources/Simulation", "import Core"),
            ("Sources/exchange-sim", "import Core"), ("Sources/arb1d", "import Simulation"),
            ("Sources/arb1d", "private import Foundation"), ("Sources/Unheard", "let one = 1"),
        ]
    )
    func wrongImport(module: String, text: String) {
        let file = Self.source("\(text)\n", at: "\(module)/Sample.swift")
        #expect(Self.lines(ImportRules.wrongImports(in: file)) == [1])
    }

    @Test(
        "an import along the direction is accepted, and one in a comment or a string is none",
        arguments: [
            ("Sources/Core", "import Synchronization"), ("Sources/Core", "// import Foundation"),
            ("Sources/Core", "let text = \"import Foundation\""),
            ("Sources/Core", "let text = \"\"\"\nimport NIO\n\"\"\""),
            ("Sources/Feed", "import NIOPosix"), ("Sources/arb1d", "internal import FoundationEssentials"),
            ("Sources/Simulation", "import Musl"),
            ("Sources/Core", "let important = \"one\""), ("Tests/CoreTests", "import Foundation"),
        ]
    )
    func rightImport(module: String, text: String) {
        #expect(ImportRules.wrongImports(in: Self.source("\(text)\n", at: "\(module)/Sample.swift")) == [])
    }

    @Test(
        "a forced optional, cast or try is found",
        arguments: [
            "let a = b!", "let a = b!.c", "f(x)!", "list[0]!", "try! f()", "let a = b as! Int", "var a: Int!",
            "let a = \"\\(b!)\"", "let a = \"4\"!", "let a = #\"\\#(b!)\"#", "let a = /* b */ c!  // d",
            "let a = \"/*\"; b!", "let a = \"\"\"\n\\(f(\"x\", y!))\n\"\"\"", "/* /* */ */ b!", "`default`!",
        ]
    )
    func forced(text: String) {
        #expect(CodeRules.forcedUnwraps(in: Self.source("\(text)\n")).count == 1)
    }

    @Test(
        "a comparison, a negation, a comment or a string is no force",
        arguments: [
            "a != b", "a!=b", "a !== b", "!a", "(!a)", "[!a]", "f(!a, !b)", "!!a", "#if !os(Linux)", "// b!",
            "/* b! /* c! */ d! */", "\"b!\"", "\"\\\"b!\"", "#\"\\\"b!\"#", "\"\"\"\nb! \"c!\"\n\"\"\"",
            "\"\\(b)! \\(f(\"c!\"))!\"", "a ? !b : !c", "x = !y",
        ]
    )
    func unforced(text: String) {
        #expect(CodeRules.forcedUnwraps(in: Self.source("\(text)\n")) == [])
    }

    @Test(
        "a sleep in a test is found",
        arguments: [
            "sleep(1)", "usleep(10)", "Thread.sleep(forTimeInterval: 1)", "try await Task.sleep(for: .seconds(1))",
            "nanosleep(&time, nil)", "try await clock.sleep(until: later)", "\"\\(sleep(1))\"",
        ]
    )
    func sleeps(text: String) {
        #expect(Self.lines(CodeRules.sleeps(in: Self.source("\(text)\n", at: "Tests/CoreTests/A.swift"))) == [1])
    }

    @Test(
        "a word that merely looks like a sleep is none",
        arguments: ["// sleep(1)", "\"sleep(1)\"", "oversleep(1)", "let sleep = 1"]
    )
    func noSleeps(text: String) {
        #expect(CodeRules.sleeps(in: Self.source("\(text)\n", at: "Tests/CoreTests/A.swift")) == [])
    }

    @Test("the test support may sleep in one place, and in no second one")
    func supportSleepsOnce() {
        let helper = Self.source("try await Task.sleep(for: interval)\n", at: "Tests/TestSupport/Poll.swift")
        let second = Self.source("\nusleep(1)\n", at: "Tests/TestSupport/Wait.swift")
        #expect(CodeRules.sleepsOfSupport(in: [helper]) == [])
        #expect(
            CodeRules.sleepsOfSupport(in: [helper, second]).map(\.description) == [
                "Tests/TestSupport/Wait.swift:2: sleeps"
            ]
        )
    }

    @Test(
        "a bare unchecked claim is found",
        arguments: [
            "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1",
            "struct A: @unchecked  Sendable {}",
            "// Invariant: guarded by the lock.\nlet b = 1\nnonisolated(unsafe) var a = 1",
            "let text = \"// Invariant:\"\nnonisolated(unsafe) var a = 1",
            "// Invariant: guarded by the lock.\n\nnonisolated(unsafe) var a = 1",
        ]
    )
    func bareClaim(text: String) {
        #expect(CodeRules.bareUncheckedClaims(in: Self.source("\(text)\n")).count == 1)
    }

    @Test(
        "an explained claim is accepted",
        arguments: [
            "// Invariant: `a` is touched under the lock only.\nfinal class A: @unchecked Sendable {}",
            "// Invariant: one loop owns it,\n// from first to last.\n@usableFromInline\nnonisolated(unsafe) var a = 1",
            "/// A ring.\n// Invariant: one loop owns it.\nfinal class A: @unchecked Sendable {}",
            "// @unchecked Sendable would be wrong here\nlet a = \"nonisolated(unsafe)\"",
        ]
    )
    func explainedClaim(text: String) {
        #expect(CodeRules.bareUncheckedClaims(in: Self.source("\(text)\n")) == [])
    }

    @Test("a test of another library is found")
    func otherLibrary() {
        #expect(CodeRules.otherTestLibraries(in: Self.source("import XCTest\n")).count == 1)
        #expect(CodeRules.otherTestLibraries(in: Self.source("import Testing\n")) == [])
    }

    @Test(
        "a tab, white space at an end, a long line and a missing line end are found",
        arguments: [
            "\tlet a = 1\n", "let a = 1 \n", "let a = 1\r\n", "let a = 1", "let a = 1\n  \n",
            "// \(String(repeating: "a", count: 118))\n",
        ]
    )
    func badLayout(text: String) {
        #expect(TextRules.layout(of: Self.source(text)).count == 1)
    }

    @Test("a line of 120 columns is accepted, and a tab in a Makefile")
    func goodLayout() {
        #expect(TextRules.layout(of: Self.source("// \(String(repeating: "ä", count: 117))\n")) == [])
        #expect(TextRules.layout(of: Self.source("all:\n\t@true\n", at: "Makefile")) == [])
    }

    @Test("the 401st line of a file is found")
    func longFile() {
        #expect(TextRules.size(of: Self.source(String(repeating: "//\n", count: 400))) == [])
        #expect(TextRules.size(of: Self.source(String(repeating: "//\n", count: 401))).count == 1)
    }

    @Test("a path of a build machine is found, and a word that contains one is not")
    func traces() {
        let (mine, roots) = ("/wo" + "rk/main", "/ro" + "ot/.cache")
        for text in ["cd \(mine)", "let path = \"\(roots)\"", mine] {
            #expect(TextRules.tracesOfMachines(in: Self.source("\(text)\n", at: "README.md")).count == 1)
        }
        for text in ["net\(mine)", "${name}\(roots)", "/works/"] {
            #expect(TextRules.tracesOfMachines(in: Self.source("\(text)\n", at: "README.md")) == [])
        }
    }

    @Test("eight lines in common are a copy, seven are not")
    func copies() {
        let lines = (1...9).map { "let value\($0) = \($0)" }
        let original = Self.source(lines.joined(separator: "\n"), at: "Sources/Venues/A.swift")
        let copy = Self.source(
            "// Mine.\n    " + lines.dropLast().joined(separator: "\n}\n  "),
            at: "Sources/Simulation/A.swift"
        )
        let alike = Self.source(lines.dropLast(2).joined(separator: "\n"), at: "Sources/Simulation/B.swift")
        #expect(CopyRules.copies(from: [original], in: [copy, alike]).map(\.path) == ["Sources/Simulation/A.swift"])
    }
}
