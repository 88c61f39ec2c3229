import Chart
import Core
import Testing

@Suite("Snapshot, then updates")
struct ChartHubTests {
    @Test("a client that names a pair gets its snapshot, and then what follows")
    func followsOnePair() throws {
        var stage = Stage()
        stage.open(1, Stage.eth)
        #expect(stage.requests.map(\.key) == [Stage.eth])
        stage.answer(try #require(stage.requests.first), upTo: 5)
        stage.update(1, 6...6)
        stage.update(1, 7...9)
        #expect(
            try stage.taken() == [
                "request 1", "snapshot to [1]: ETH 5 [4,5]", "update to [1]: ETH 6 [6]", "update to [1]: ETH 9 [7,8,9]",
            ]
        )
    }

    @Test("updates up to the number of the history are skipped, later ones are kept back until after it")
    func settlesTheRace() throws {
        var stage = Stage()
        stage.open(1, Stage.btc)
        stage.update(0, 3...4)
        stage.update(0, 5...7)
        stage.answer(try #require(stage.requests.first), upTo: 5)
        stage.update(0, 8...8)
        #expect(
            try stage.taken() == [
                "request 0", "snapshot to [1]: BTC 5 [4,5]", "update to [1]: BTC 7 [6,7]", "update to [1]: BTC 8 [8]",
            ]
        )
    }

    @Test("a history ahead of the updates is joined without a point twice, and others miss none")
    func historyAhead() throws {
        var stage = Stage()
        stage.open(1, Stage.btc)
        stage.answer(try #require(stage.requests.first), upTo: 1)
        stage.open(2, Stage.btc)
        stage.answer(try #require(stage.requests.last), upTo: 4)
        stage.actions = []
        stage.update(0, 2...3)
        stage.update(0, 4...6)
        stage.update(0, 7...7)
        #expect(
            try stage.taken() == [
                "update to [1]: BTC 3 [2,3]", "update to [1]: BTC 6 [4,5,6]", "update to [2]: BTC 6 [5,6]",
                "update to [1, 2]: BTC 7 [7]",
            ]
        )
    }

    @Test("the subscribers of a pair get the same bytes, encoded once")
    func sharesBytes() throws {
        var stage = Stage()
        stage.open(1, Stage.btc)
        stage.answer(try #require(stage.requests.first), upTo: 2)
        stage.open(2, Stage.btc)
        // Ahead of client 1, so two cohorts, which the update brings together.
        stage.answer(try #require(stage.requests.last), upTo: 3)
        stage.actions = []
        stage.update(0, 5...6)
        let sent = stage.actions.compactMap { action -> [UInt8]? in
            if case .send(_, let bytes, _) = action { bytes } else { nil }
        }
        try #require(sent.count == 2)
        #expect(sent[0].withUnsafeBytes { $0.baseAddress } == sent[1].withUnsafeBytes { $0.baseAddress })
    }

    @Test("one batch makes one message a pair, and none for a pair without subscribers")
    func batches() throws {
        var stage = Stage()
        stage.open(1, Stage.btc)
        stage.answer(try #require(stage.requests.first), upTo: 1, count: 1)
        stage.open(2, Stage.eth)
        stage.answer(try #require(stage.requests.last), upTo: 0)
        stage.actions = []
        stage.hub.updates(
            [(1, 1), (0, 2), (2, 9), (1, 2), (0, 3)].map { Stage.point($0.0, $0.1) },
            into: &stage.actions
        )
        stage.hub.updates([], into: &stage.actions)
        #expect(try stage.taken() == ["update to [2]: ETH 2 [1,2]", "update to [1]: BTC 3 [2,3]"])
    }

    @Test("clients that ask while a history is under way share it")
    func sharesRequests() throws {
        var stage = Stage()
        for id in 1...3 as ClosedRange<UInt64> { stage.open(id, Stage.btc) }
        stage.hub.clientClosed(2, unsent: 0, into: &stage.actions)
        stage.update(0, 2...2)
        stage.answer(try #require(stage.requests.first), upTo: 1)
        #expect(
            try stage.taken() == ["request 0", "snapshot to [1, 3]: BTC 1 [1]", "update to [1, 3]: BTC 2 [2]"]
        )
    }

    @Test("when too much is kept back the history is asked for anew, and the old answer is ignored")
    func asksAnew() throws {
        var settings = ChartSettings()
        settings.keptPoints = 3
        var stage = Stage(settings: settings)
        stage.open(1, Stage.btc)
        stage.open(2, Stage.btc)
        stage.update(0, 2...4)
        stage.update(0, 5...5)
        #expect(stage.requests.count == 2)
        stage.answer(stage.requests[0], upTo: 1)
        stage.update(0, 6...6)
        stage.answer(stage.requests[1], upTo: 5)
        #expect(
            try stage.taken() == [
                "request 0", "request 0", "snapshot to [1, 2]: BTC 5 [4,5]", "update to [1, 2]: BTC 6 [6]",
            ]
        )
        #expect(stage.sample("points_dropped_total") == 8)
    }

    @Test("the answer to a request from before the pair was left is not taken for the new one")
    func ignoresOldAnswers() throws {
        var stage = Stage()
        stage.open(1, Stage.btc)
        let old = try #require(stage.requests.first)
        stage.send("unsubscribe", Stage.btc, from: 1)
        stage.answer(old, upTo: 1)
        stage.send("subscribe", Stage.btc, from: 1)
        stage.answer(old, upTo: 2)
        #expect(try stage.taken() == ["request 0", "unwatch 0", "request 0"])
    }

    @Test("subscribing again gives a new snapshot, and the pair stays watched")
    func subscribesAgain() throws {
        var stage = Stage()
        stage.open(1, Stage.btc)
        stage.answer(try #require(stage.requests.first), upTo: 1)
        stage.hub.written(1, by: 1, into: &stage.actions)
        stage.send("subscribe", Stage.btc, from: 1)
        stage.update(0, 4...4)
        stage.answer(try #require(stage.requests.last), upTo: 3)
        #expect(
            try stage.taken() == [
                "request 0", "snapshot to [1]: BTC 1 [1]", "request 0", "snapshot to [1]: BTC 3 [2,3]",
                "update to [1]: BTC 4 [4]",
            ]
        )
        #expect(stage.sample("subscriptions") == 1)
    }

    @Test("a hole shows in the numbers, and its points are counted for every client that misses them")
    func holes() throws {
        var stage = Stage()
        for id in 1...2 as ClosedRange<UInt64> { stage.open(id, Stage.btc) }
        stage.answer(try #require(stage.requests.first), upTo: 1)
        stage.actions = []
        stage.hub.updates([3, 6, 6, 5, 7].map { Stage.point(0, $0) }, into: &stage.actions)
        // 7 − 3 − 1 = 3 are missing: 2, 4 and 5, which came after 6 and so too late.
        #expect(try stage.taken() == ["update to [1, 2]: BTC 7 [3,6,7]"])
        #expect(stage.sample("points_dropped_total") == 6)
        #expect(stage.sample("points_merged_total") == 6)
    }

    @Test("a client gets its snapshots one at a time: the next begins when the last was written")
    func pacesSnapshots() throws {
        var stage = Stage(configured: [Stage.btc, Stage.eth, Stage.sol])
        stage.open(1)
        #expect(stage.requests.map(\.key) == [Stage.btc])
        stage.answer(stage.requests[0], upTo: 3)
        #expect(stage.requests.count == 1)
        stage.hub.written(2, by: 1, into: &stage.actions)
        // A history without points weighs nothing, so nothing has to be written first.
        stage.answer(try #require(stage.requests.last), upTo: 0)
        #expect(
            try stage.taken() == [
                "request 0", "snapshot to [1]: BTC 3 [2,3]", "request 1", "snapshot to [1]: ETH 0 []", "request 2",
            ]
        )
    }

    @Test("while a snapshot is written, another pair's updates go on, and a wish for a second snapshot waits")
    func refreshWaitsItsTurn() throws {
        var stage = Stage(configured: [Stage.btc, Stage.eth])
        stage.open(1)
        stage.answer(stage.requests[0], upTo: 1)
        stage.hub.written(1, by: 1, into: &stage.actions)
        stage.send("subscribe", Stage.btc, from: 1)
        stage.update(0, 2...2)
        stage.answer(try #require(stage.requests.last), upTo: 1)
        stage.update(0, 3...3)
        stage.hub.written(3, by: 1, into: &stage.actions)
        #expect(
            try stage.taken() == [
                "request 0", "snapshot to [1]: BTC 1 [1]", "request 1", "update to [1]: BTC 2 [2]",
                "snapshot to [1]: ETH 1 [1]", "update to [1]: BTC 3 [3]", "request 0",
            ]
        )
    }

    @Test("when a history cannot be read, those who wait for it are told and no longer subscribed")
    func unavailable() throws {
        var stage = Stage()
        stage.open(1, Stage.btc)
        stage.send("subscribe", Stage.eth, from: 1)
        let request = try #require(stage.requests.first)
        stage.hub.historyUnavailable(request, into: &stage.actions)
        stage.hub.historyUnavailable(request, into: &stage.actions)
        #expect(try stage.taken() == ["request 0", "error to [1]: unavailable", "unwatch 0", "request 1"])
        #expect(stage.sample("subscriptions") == 1)
    }
}
