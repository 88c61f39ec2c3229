import Alerts
import Testing

@Suite("Where notifications point to")
struct ExternalURLTests {
    @Test(
        "the address where the daemon listens, unless that is all of them",
        arguments: [
            ("127.0.0.1", "http://127.0.0.1:5000"), ("::1", "http://[::1]:5000"), ("10.0.0.0", "http://10.0.0.0:5000"),
            ("desk.example", "http://desk.example:5000"), ("0.0.0.0", "http://arb1d-0:5000"),
            ("::", "http://arb1d-0:5000"), ("0:0:0:0:0:0:0:0", "http://arb1d-0:5000"),
        ]
    )
    func addresses(host: String, url: String) {
        #expect(ExternalURL.listening(on: host, port: 5000, machine: "arb1d-0") == url)
    }

    @Test("a machine without a name leaves the address")
    func nameless() {
        #expect(ExternalURL.listening(on: "::", port: 80, machine: nil) == "http://[::]:80")
    }

    @Test("this machine has a name")
    func machine() throws {
        let name = try #require(ExternalURL.machineName)
        #expect(!name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 })
        #expect(ExternalURL.listening(on: "0.0.0.0", port: 5000) == "http://\(name):5000")
    }
}
