import Foundation
import TestSupport
import Testing

@testable import Chart

@Suite("What a client sends")
struct FlatObjectTests {
    private static func members(_ text: String) throws -> [String] {
        try FlatObject(Array(text.utf8)).members.map { "\($0.key)=\($0.value)" }
    }

    @Test(
        "a flat object of strings is read",
        arguments: [
            ("{}", []), (" \t\r\n{ } \n", []), (#"{"a":"b"}"#, ["a=b"]),
            (#" { "a" : "b" , "c" : "" } "#, ["a=b", "c="]),
            (#"{"\u0061\"\\\/\b\f\n\r\t":"\u00E9\uD83D\uDE42"}"#, ["a\"\\/\u{8}\u{C}\n\r\t=é🙂"]),
            (#"{"币":"ü"}"#, ["币=ü"]),
        ] as [(String, [String])]
    )
    func reads(text: String, expected: [String]) throws { #expect(try Self.members(text) == expected) }

    @Test(
        "anything else is refused, with the place",
        arguments: [
            ("", 0), ("[]", 0), ("null", 0), ("\"a\"", 0), ("{", 1), ("{}}", 2), ("{},", 2), ("{}{}", 2), ("{\"a\"", 4),
            ("{\"a\":1}", 5), ("{\"a\":{}}", 5), ("{\"a\":null}", 5), ("{\"a\":\"b\",}", 9), ("{a:\"b\"}", 1),
            ("{\"a\" \"b\"}", 5), ("{\"a\":\"b\" \"c\":\"d\"}", 9), ("{,}", 1), ("\u{FEFF}{}", 0), ("{\"a\":\"b\"]", 8),
        ] as [(String, Int)]
    )
    func refuses(text: String, offset: Int) {
        let error = #expect(throws: FlatObject.Malformed.self) { try FlatObject(Array(text.utf8)) }
        guard case .unexpected(_, let place) = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
        #expect(place == offset)
    }

    @Test(
        "a text that is none is refused",
        arguments: [
            #"{"a"#, #"{"a\"#, #"{"a\x":""}"#, #"{"\u12G4":""}"#, #"{"\u12"#, #"{"\uD83D":""}"#, #"{"\uDE42":""}"#,
            #"{"\uD83Dx":""}"#, #"{"\uD83D\n":""}"#, #"{"\uD83D\u0041":""}"#, #"{"\uD83D\u00"#, "{\"a\nb\":\"\"}",
            #"{"\uD83D\"#,
        ]
    )
    func refusesTexts(text: String) {
        #expect(throws: FlatObject.Malformed.text(offset: 1)) { try FlatObject(Array(text.utf8)) }
    }

    @Test("bytes that are no UTF-8 are refused")
    func refusesBytes() {
        #expect(throws: FlatObject.Malformed.text(offset: 1)) {
            try FlatObject(Array("{\"".utf8) + [0xC3, 0x28] + Array("\":\"\"}".utf8))
        }
    }

    @Test("a key twice is refused, however it is written")
    func refusesDuplicates() {
        #expect(throws: FlatObject.Malformed.duplicate(key: "a")) {
            try FlatObject(Array(#"{"a":"","\u0061":""}"#.utf8))
        }
    }

    @Test("the ninth member is refused")
    func refusesMany() throws {
        func object(_ count: Int) -> [UInt8] {
            Array("{\((0..<count).map { "\"k\($0)\":\"\"" }.joined(separator: ","))}".utf8)
        }
        #expect(try FlatObject(object(8)).members.count == 8)
        #expect(throws: FlatObject.Malformed.tooManyMembers) { try FlatObject(object(9)) }
        #expect(throws: FlatObject.Malformed.tooManyMembers) { try FlatObject(object(9_000)) }
    }

    @Test("whatever is thrown at the hub ends in a request or in a refusal", arguments: Seeds.fresh(8))
    func fuzz(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var settings = ChartSettings()
        settings.refusalsInARow = .max
        var stage = Stage(settings: settings)
        stage.open(1)
        let whole = Stage.request("subscribe", Stage.btc)
        for _ in 0..<2_000 {
            var bytes = random.oneIn(8) ? (0..<random.int(0...80)).map { _ in UInt8(random.int(0...255)) } : whole
            for _ in 0..<random.int(0...6) where !bytes.isEmpty {
                let place = random.int(0...bytes.count - 1)
                switch random.int(0...3) {
                case 0: bytes[place] = UInt8(random.int(0...255))
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: Array(#"\u"{}:,"#.utf8)[random.int(0...6)...].prefix(1), at: place)
                default: bytes.removeLast(random.int(0...place))
                }
            }
            stage.actions = []
            stage.hub.received(bytes, from: 1, into: &stage.actions)
            for refusal in try stage.refusals() {
                #expect(ChartRefusal.Reason(rawValue: refusal.reason) != nil)
                #expect(refusal.text.count < 320)
            }
            // Whatever we accept as a request, another parser accepts too.
            if let message = try? ClientMessage(bytes) {
                #expect((try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: String], "\(message)")
            }
        }
    }
}
