import NIOCore
import NIOWebSocket
import Testing

@testable import Endpoints

@Suite("WebSocket protocol", .serialized, .timeLimit(.minutes(5)))
struct WebSocketProtocolTests {
    private typealias Tester = WebSocketTester

    @Test("fragments are put together, with control frames between them")
    func fragments() throws {
        var assembler = MessageAssembler(maxMessageBytes: 200)
        #expect(try assembler.take(Self.frame(.text, "a\u{e9}".utf8.dropLast(), fin: false)) == nil)
        #expect(try assembler.take(Self.frame(.ping, "?".utf8)) == .ping(Array("?".utf8)))
        #expect(try assembler.take(Self.frame(.continuation, [], fin: false)) == nil)
        #expect(try assembler.take(Self.frame(.pong, [])) == .pong)
        #expect(try assembler.take(Self.frame(.continuation, "é!".utf8.dropFirst())) == .text(Array("aé!".utf8)))
        #expect(try assembler.take(Self.frame(.text, [])) == .text([]))
        #expect(try assembler.take(Self.frame(.connectionClose, [3, 232])) == .close(1000))
        #expect(try assembler.take(Self.frame(.connectionClose, [])) == .close(nil))
    }

    @Test("only codes that may be sent are taken from a close frame")
    func closeCodes() throws {
        for code in 0...UInt16.max {
            var assembler = MessageAssembler(maxMessageBytes: 200)
            let isValid = [1000...1003, 1007...1014, 3000...4999].contains { $0.contains(code) }
            let frame = Self.frame(.connectionClose, [UInt8(code >> 8), UInt8(code & 255)])
            #expect((try? assembler.take(frame)) == (isValid ? .close(code) : nil))
        }
    }

    @Test(
        "frames have the length that fits them",
        arguments: [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)]
    )
    func frameLengths(payload: Int, header: Int) {
        let message = WebSocketMessage([UInt8](repeating: 65, count: payload))
        #expect(message.frame.readableBytes == header + payload)
        #expect(message.payloadBytes == payload)
        #expect(FrameWriter.close(1000, reason: String(repeating: "é", count: 100)).readableBytes == 2 + 2 + 122)
    }

    @Test(
        "a breach of the protocol closes with its code, and concerns nobody else",
        arguments: [
            ("no mask", Tester.frame(0x81, [65], isMasked: false), 1002),
            ("reserved bit", Tester.frame(0xc1, [65]), 1002),
            ("opcode", Tester.frame(0x83, []), 1002), ("control opcode", Tester.frame(0x8b, []), 1002),
            ("fragmented ping", Tester.frame(0x09, []), 1002),
            ("long ping", Tester.frame(0x89, [UInt8](repeating: 0, count: 126)), 1002),
            ("continuation", Tester.frame(0x80, []), 1002),
            ("message within a message", Tester.frame(0x01, []) + Tester.frame(0x81, []), 1002),
            ("binary", Tester.frame(0x82, [1]), 1003), ("not UTF-8", Tester.frame(0x81, [0xc3, 0x28]), 1007),
            ("half a character", Tester.frame(0x01, [0xc3]) + Tester.frame(0x80, []), 1007),
            ("large", Tester.frame(0x81, [UInt8](repeating: 65, count: 301)), 1009),
            ("large in parts", Tester.frame(0x01, [UInt8](repeating: 65, count: 300)) + Tester.frame(0x80, [65]), 1009),
            ("huge", [0x81, 0xff, 0xff] + [UInt8](repeating: 0xff, count: 11), 1009),
            ("close code", Tester.frame(0x88, [3, 237]), 1002), ("half a close code", Tester.frame(0x88, [3]), 1002),
            ("close reason", Tester.frame(0x88, [3, 232, 0xff]), 1007),
            ("pings", Array(repeatElement(Tester.frame(0x89, []), count: 50).joined()), 1008),
            ("fragments", Array(repeatElement(Tester.frame(0x00, []), count: 50).joined()), 1008),
            ("garbage", Array("GET / HTTP/1.1\r\n\r\n".utf8) + [UInt8](repeating: 0, count: 100), 1002),
        ] as [(String, [UInt8], UInt16)]
    )
    func breach(what: String, bytes: [UInt8], code: UInt16) async throws {
        var limits = WebSocketLimits.unhurried
        limits.maxMessageBytes = 300
        (limits.maxMessagesPerSecond, limits.maxMessageBurst) = (20, 20)
        _ = try await RunningServer.with(TestService(), limits: limits) { server in
            let bystander = try await Tester.connected(port: server.port)
            let client = try await Tester.connected(port: server.port)
            // A message that stays open, so that each of the many fragments continues it.
            let beginning = what == "fragments" ? Tester.frame(0x01, []) : []
            try await client.send(beginning + bytes)
            var last = await client.next()
            while let frame = last, frame.closeCode == nil { last = await client.next() }
            #expect(last?.closeCode == code)
            // Whoever was told to go answers, and is closed.
            try? await client.send(Tester.frame(0x88, [3, 232]))
            #expect(await client.next() == nil)
            await server.waitForChart("clients", toBe: "1")
            #expect(server.chart("closed_total{reason=\"protocol\"}") == "1")
            try await bystander.send("still here")
            #expect(await bystander.next() == .text("still here"))
            bystander.close()
        }
    }

    @Test("a client that does not answer a close frame is closed after a while")
    func deafClient() async throws {
        let limits = WebSocketLimits(closeTimeout: .milliseconds(50))
        _ = try await RunningServer.with(TestService(), limits: limits) { server in
            let client = try await Tester.connected(port: server.port)
            try await client.send(Tester.frame(0x82, []))
            #expect(await client.next()?.closeCode == 1003)
            #expect(await client.next() == nil)
        }
    }

    @Test("pings are answered with their payload, and closing with the same code")
    func control() async throws {
        _ = try await RunningServer.with(TestService()) { server in
            let client = try await Tester.connected(port: server.port)
            for payload in [[], [1, 2, 3], [UInt8](repeating: 7, count: 125)] as [[UInt8]] {
                try await client.send(Tester.frame(0x89, payload))
                #expect(await client.next() == .init(opcode: 10, payload: payload))
            }
            try await client.send(Tester.frame(0x8a, [1]) + Tester.frame(0x88, [11, 184, 65]) + Tester.frame(0x81, []))
            #expect(await client.next() == .init(opcode: 8, payload: [11, 184]))
            #expect(await client.next() == nil)
            await server.waitForChart("closed_total{reason=\"client\"}", toBe: "1")
            let brief = try await Tester.connected(port: server.port)
            try await brief.send(Tester.frame(0x88, []))
            #expect(await brief.next() == .init(opcode: 8, payload: []))
            #expect(await brief.next() == nil)
        }
    }

    @Test("the service may close a client, which gets what was queued before", arguments: [true, false])
    func closedByService(isGoingAway: Bool) async throws {
        let service = TestService { service, text, client in
            service.send("last", to: client)
            client.close(isGoingAway ? .goingAway : .tryAgainLater, reason: "so it is")
            service.send("too late", to: client)
        }
        _ = try await RunningServer.with(service) { server in
            let client = try await Tester.connected(port: server.port)
            try await client.send("go")
            #expect(await client.next() == .text("last"))
            let close = await client.next()
            #expect(close?.closeCode == (isGoingAway ? 1001 : 1013))
            #expect(close?.payload.dropFirst(2).elementsEqual("so it is".utf8) == true)
            client.close()
            await server.waitForChart("closed_total{reason=\"\(isGoingAway ? "shutdown" : "protocol")\"}", toBe: "1")
            #expect(service.books.sent == 1 && service.books.written == 1)
        }
    }

    @Test("a client is asked, then given up, by the time that has passed")
    func times() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var times = ClientTimes(limits: WebSocketLimits(), now: start)
        #expect(times.next == start + .seconds(20))
        #expect(times.due(at: start + .seconds(19)) == nil)
        #expect(times.due(at: start + .seconds(20)) == .ping)
        times.heard(at: start + .seconds(30))
        #expect(times.due(at: start + .seconds(40)) == .ping)
        #expect(times.due(at: start + .seconds(60)) == .ping)
        #expect(times.due(at: start + .seconds(80)) == .ping)
        #expect(times.next == start + .seconds(90))
        #expect(times.due(at: start + .seconds(90)) == .giveUp)
    }

    @Test("a client may send many messages at once, then so many each second")
    func rate() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var rate = FrameRate(perSecond: 2, burst: 3, now: start)
        let moments: [Int64] = [0, 0, 0, 0, 499, 500, 500, 1000, 3000, 3000, 3000, 3000]
        #expect(
            moments.map { rate.admits(at: start + .milliseconds($0)) }
                == [true, true, true, false, false, true, false, true, true, true, true, false]
        )
        var wild = FrameRate(perSecond: .max, burst: 1_000_000_000, now: start)
        let admitted = ([0, 1, 1 << 40] as [Int64]).map { wild.admits(at: start + .milliseconds($0)) }
        #expect(admitted == [true, true, true])
    }

    @Test("a client may ask for all that it may have in one go")
    func burst() async throws {
        let service = TestService()
        _ = try await RunningServer.with(service) { server in
            let client = try await Tester.connected(port: server.port)
            try await client.send((0..<1000).flatMap { _ in Tester.frame(0x81, [65]) })
            for _ in 0..<1000 { #expect(await client.next() == .text("A")) }
            client.close()
        }
    }

    private static func frame(_ opcode: WebSocketOpcode, _ payload: some Sequence<UInt8>, fin: Bool = true)
        -> WebSocketFrame
    {
        var data = ByteBuffer(bytes: payload)
        let mask: WebSocketMaskingKey = [9, 8, 7, 6]
        data.webSocketMask(mask)
        return WebSocketFrame(fin: fin, opcode: opcode, maskKey: mask, data: data)
    }
}
