import Testing

@testable import Alerts

@Suite("Webhook requests and answers")
struct WebhookTransportTests {
    @Test(
        "signatures are those of RFC 4231",
        arguments: [
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
    )
    func signatures(key: [UInt8], text: String, signature: String) throws {
        let secret = try #require(WebhookSecret(fileContents: key))
        #expect(secret.signature(of: Array(text.utf8)) == signature)
    }

    @Test("the line end of a secret's file is not part of it, and an empty file holds none")
    func secretFiles() {
        let secrets = ["key", "key\n", "key\r\n"].map { WebhookSecret(fileContents: Array($0.utf8)) }
        #expect(Set(secrets.map { $0?.signature(of: [1]) }).count == 1 && secrets[0] != nil)
        let other = WebhookSecret(fileContents: Array(" key".utf8))
        #expect(other?.signature(of: [1]) != secrets[0]?.signature(of: [1]))
        #expect(["", "\n", "\r\n\n"].allSatisfy { WebhookSecret(fileContents: Array($0.utf8)) == nil })
    }

    @Test("neither a secret nor an address shows itself in any text")
    func silence() throws {
        let secret = try #require(WebhookSecret(fileContents: Array("hunter2".utf8)))
        let receiver = WebhookReceiver(name: "desk", url: "https://hooks.example/T0/hunter2", secret: secret)
        let request = WebhookRequest(
            receiver: "desk",
            url: receiver.url,
            headers: [("X", "hunter2")],
            body: [1, 2],
            caFile: nil,
            timeout: .zero
        )
        var texts = ["\(request)", request.debugDescription, "\(receiver)", receiver.debugDescription]
        for value in [secret, receiver, request, [secret], ["a": receiver], Optional(request) as Any] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            texts += [dumped, String(describing: value), String(reflecting: value)]
        }
        let bytes = "\(Array("hunter2".utf8))"
        for text in texts { #expect(!text.contains("hunter2") && !text.contains(bytes) && !text.contains("hooks")) }
        #expect("\(request)" == "2 bytes for receiver desk" && "\(receiver)" == "receiver desk")
    }

    @Test(
        "an answer means what it means",
        arguments: [
            (.status(200), .acknowledged, nil), (.status(204, retryAfter: .seconds(3)), .acknowledged, nil),
            (.status(301), .refused, .http), (.status(400), .refused, .http), (.status(410), .refused, .http),
            (.status(429, retryAfter: .seconds(3)), .failed(retryAfter: .seconds(3)), .http),
            (.status(500), .failed(retryAfter: nil), .http),
            (.status(503, retryAfter: .seconds(9)), .failed(retryAfter: .seconds(9)), .http),
            (.failed("dns"), .failed(retryAfter: nil), .dns), (.failed("tls"), .failed(retryAfter: nil), .tls),
            (.failed("too_large"), .failed(retryAfter: nil), .other),
        ] as [(WebhookAnswer, DeliveryVerdict, WebhookFailure?)]
    )
    func answers(answer: WebhookAnswer, verdict: DeliveryVerdict, failure: WebhookFailure?) {
        #expect(answer.verdict == verdict && answer.failure == failure)
    }
}
