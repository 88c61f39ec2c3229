import Testing

@testable import Simulation

@Suite("The JSON parser")
struct JSONParserTests {
    @Test("keeps order, spelling and duplicates")
    func keeps() throws {
        let value = try parse(#" {"b":1.50,"a":[true,null,"x\u0041\n"],"b":-2e3} "#)
        #expect(value["b"] == .number("-2e3"))
        #expect(value["a"]?.elements == [.bool(true), .null, .string("xA\n")])
    }

    @Test(
        "refuses what is no JSON, with its column",
        arguments: [("", 1), ("{", 2), ("[1,]", 4), ("{\"a\" 1}", 6), ("nul", 1), ("1 2", 3), ("\"a", 3), ("-", 1)]
    )
    func refuses(_ text: String, _ column: Int) {
        #expect(throws: JSONSyntaxError(column: column)) { try parse(text) }
    }

    @Test("refuses depth without end")
    func depth() {
        #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: "[", count: 100_000)) }
    }
}
