import Chart
import Testing

@Suite("The flow ledger of the charts")
struct ChartLedgerTests {
    private static func busy() throws -> (stage: Stage, held: UInt64) {
        var stage = Stage()
        stage.open(1, Stage.btc)
        stage.open(2, Stage.btc)
        stage.answer(try #require(stage.requests.first), upTo: 3, count: 3)
        stage.update(0, 4...5)
        stage.send("nonsense", from: 1)
        // Client 1 was written its snapshot. Client 2 closed with both messages unsent; one more came too late for it.
        stage.hub.written(3, by: 1, into: &stage.actions)
        stage.hub.clientClosed(2, unsent: 5, into: &stage.actions)
        return (stage, 2)
    }

    @Test("points times clients: in is out, dropped and held")
    func closes() throws {
        let (stage, held) = try Self.busy()
        let ledger = stage.hub.ledger(held: held)
        #expect((ledger.into, ledger.out, ledger.held) == (10, 3, 2))
        #expect(ledger.dropped.map { "\($0.reason) \($0.count)" } == ["client_closed 5"])
        #expect(ledger.residual == 0)
    }

    @Test("a message for a client that had closed counts as dropped")
    func refused() throws {
        var (stage, held) = try Self.busy()
        stage.update(0, 6...6)
        stage.hub.refused(1)
        #expect(stage.hub.ledger(held: held).residual == 0)
        #expect(stage.hub.ledger(held: held).clientClosed == 6)
    }

    @Test("any one wrong term shows", arguments: 0..<4)
    func corruptedTerm(term: Int) throws {
        let (stage, held) = try Self.busy()
        var ledger = stage.hub.ledger(held: held)
        let terms: [WritableKeyPath<ChartLedger, UInt64>] = [\.into, \.out, \.clientClosed, \.held]
        ledger[keyPath: terms[term]] += 1
        #expect(ledger.residual.magnitude == 1)
    }

    @Test("a message that is lost or doubled between hub and queue shows")
    func lostMessage() throws {
        let (stage, held) = try Self.busy()
        #expect(stage.hub.ledger(held: held - 2).residual == 2)
        #expect(stage.hub.ledger(held: held + 2).residual == -2)
    }
}
