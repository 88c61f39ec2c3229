import Logging
import Testing

@testable import arb1d

@Suite("Log lines")
struct LogLineTests {
    private func line(_ style: LogStyle, _ message: String, _ metadata: [(key: String, value: String)] = []) -> String {
        LogLine.format(
            style: style,
            time: "2023-11-14T22:13:20.000Z",
            level: .notice,
            message: message,
            metadata: metadata
        )
    }

    @Test("logfmt writes plain values as they are and quotes the others")
    func logfmt() {
        let fields = [(key: "venue", value: "bybit"), (key: "error", value: ""), (key: "why", value: "a=b")]
        let rest = #"level=notice venue=bybit error="" why="a=b" msg="venue is live""#
        #expect(self.line(.logfmt, "venue is live", fields) == "time=2023-11-14T22:13:20.000Z \(rest)\n")
    }

    @Test("JSON writes one object of strings, in the order of the fields")
    func json() {
        #expect(
            self.line(.json, "up", [(key: "venue", value: "bybit")])
                == #"{"time":"2023-11-14T22:13:20.000Z","level":"notice","venue":"bybit","msg":"up"}"# + "\n"
        )
    }

    @Test(
        "no text from outside breaks out of its value, in either style",
        arguments: [
            ("a\nlevel=error msg=forged", #""a\nlevel=error msg=forged""#), (#"say "hi""#, #""say \"hi\"""#),
            (#"a \ b"#, #""a \\ b""#), ("\r\t \u{1B}[31m\u{7F}", #""\r\t \u001b[31m\u007f""#), ("größe", #""größe""#),
        ]
    )
    func hostile(value: String, quoted: String) {
        let logfmt = self.line(.logfmt, "m", [(key: "error", value: value)])
        #expect(logfmt == "time=2023-11-14T22:13:20.000Z level=notice error=\(quoted) msg=m\n")
        let json = self.line(.json, "m", [(key: "error", value: value)])
        #expect(json.hasSuffix(#""error":\#(quoted),"msg":"m"}"# + "\n"))
        #expect(json.filter(\.isNewline).count == 1)
    }

    @Test(
        "times are RFC 3339 in UTC with milliseconds",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (1_700_000_000, 7, "2023-11-14T22:13:20.007Z"),
            (951_782_399, 999, "2000-02-28T23:59:59.999Z"), (951_782_400, 10, "2000-02-29T00:00:00.010Z"),
        ]
    )
    func time(seconds: Int, milliseconds: Int, text: String) {
        #expect(WallTime.text(seconds: seconds, milliseconds: milliseconds) == text)
    }
}

@Suite("Log levels")
struct LogLevelTests {
    @Test("follow the common level, until a logger is given one of its own")
    func levels() {
        let control = LogControl(level: .info)
        var (common, own) = (
            LineLogHandler(style: .json, control: control), LineLogHandler(style: .json, control: control)
        )
        own.logLevel = .warning
        #expect(common.logLevel == .info)
        control.level = .debug
        #expect(common.logLevel == .debug)
        #expect(own.logLevel == .warning)
        common[metadataKey: "venue"] = "bybit"
        #expect(common[metadataKey: "venue"] == "bybit")
        #expect(own[metadataKey: "venue"] == nil)
    }
}
