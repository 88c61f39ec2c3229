import Core
import Testing

@testable import Alerts

@Suite("Webhook payload")
struct PayloadTests {
    private static let rule = AlertRule(
        name: "Wide",
        netSpreadAbove: 0.002,
        holdFor: 10_000_000_000,
        clearBelow: 0.0015
    )

    private static func alert(
        _ symbol: String = "BTCUSDT",
        sell: String = "binance",
        end: Alert.End? = nil
    ) -> Alert {
        Alert(
            pair: AlertPair(symbol: symbol, sellVenue: sell, buyVenue: "bybit"),
            startsAt: Timestamp(nanoseconds: 1_795_382_988_123_456_789),
            netSpread: 0.002_512_3,
            peak: 0.003,
            end: end
        )
    }

    private static func payload(
        _ alerts: [Alert],
        rule: AlertRule = rule,
        firing: Int = 1,
        truncated: Int = 0
    ) -> [UInt8] {
        let notification = AlertNotification(
            rule: rule,
            alerts: alerts,
            truncated: truncated,
            fired: 0,
            resolved: 0,
            firing: firing
        )
        return WebhookPayload.body(of: notification, receiver: "desk", externalURL: "http://arb1d.example:5000")
    }

    @Test("one firing pair, to the byte")
    func golden() {
        let annotations =
            #"{"net_spread_bps":"25.12","net_spread_percent":"0.2512","peak_net_spread_bps":"30.00","#
            + #""rule":"at least 20.00 bps for 10 s; ends below 15.00 bps","#
            + #""summary":"BTCUSDT: sell at binance, buy at bybit: net 0.2512 % (25.12 bps)"}"#
        let labels = #"{"alertname":"Wide","buy_venue":"bybit","sell_venue":"binance","symbol":"BTCUSDT"}"#
        let expected =
            #"{"receiver":"desk","status":"firing","alerts":[{"status":"firing","labels":"# + labels
            + #","annotations":"# + annotations
            + #","startsAt":"2026-11-22T21:29:48.123Z","endsAt":"0001-01-01T00:00:00Z","#
            + #""generatorURL":"http://arb1d.example:5000","fingerprint":"cbd375b4d55b7c2e"}],"#
            + #""groupLabels":{"alertname":"Wide"},"commonLabels":"# + labels
            + #","commonAnnotations":"# + annotations
            + #","externalURL":"http://arb1d.example:5000","version":"4","#
            + #""groupKey":"{}:{alertname=\"Wide\"}","truncatedAlerts":0}"#
        #expect(String(decoding: Self.payload([Self.alert()]), as: UTF8.self) == expected)
    }

    @Test("an alert that ended says when and why")
    func ended() {
        let end = Timestamp(milliseconds: 1_795_382_999_000)
        let body = Payload(
            Self.payload(
                [
                    Self.alert(end: .init(at: end, reason: .cleared)),
                    Self.alert("B", end: .init(at: end, reason: .notFresh)),
                ],
                firing: 0
            )
        )
        #expect(body.status == "resolved" && body.alerts.map(\.status) == ["resolved", "resolved"])
        #expect(body.alerts.map(\.endsAt) == ["2026-11-22T21:29:59.000Z", "2026-11-22T21:29:59.000Z"])
        #expect(body.alerts[0].annotations["resolved_because"] == "the net spread fell below 15.00 bps")
        #expect(
            body.alerts[1].annotations["resolved_because"]
                == "the pair has no fresh spread: its values are the last known"
        )
    }

    @Test("common is what all have, and the counts are given")
    func common() {
        let end = Alert.End(at: Timestamp(milliseconds: 0), reason: .cleared)
        let alerts = [Self.alert("A", end: end), Self.alert("B"), Self.alert("B", sell: "gateio")]
        let body = Payload(Self.payload(alerts, firing: 9, truncated: 7))
        #expect(body.status == "firing" && body.truncatedAlerts == 7 && body.receiver == "desk" && body.version == "4")
        #expect(body.commonLabels == ["alertname": "Wide", "buy_venue": "bybit"])
        #expect(body.groupLabels == ["alertname": "Wide"] && body.groupKey == #"{}:{alertname="Wide"}"#)
        #expect(body.commonAnnotations["net_spread_bps"] == "25.12" && body.commonAnnotations["summary"] == nil)
        #expect(body.commonAnnotations["resolved_because"] == nil)
        #expect(WebhookPayload.common([]) == [:])
    }

    @Test("whatever a name holds, the payload stays JSON")
    func escapes() {
        let name = "a\"b\\c\n\u{1}\u{7F}ä🦆/\u{2028}"
        let rule = AlertRule(name: name, netSpreadAbove: 0.002)
        let body = Payload(Self.payload([Self.alert(name)], rule: rule))
        #expect(body.groupLabels["alertname"] == name && body.alerts[0].labels["symbol"] == name)
        #expect(body.groupKey == "{}:{alertname=\"a\\\"b\\\\c\n\u{1}\u{7F}ä🦆/\u{2028}\"}")
    }

    @Test("fingerprints are those of Prometheus, and differ by name and by value")
    func fingerprints() {
        // From https://github.com/prometheus/common/blob/main/model/signature_test.go
        #expect(WebhookPayload.fingerprint([:]) == String(14_695_981_039_346_656_037 as UInt64, radix: 16))
        let labels = ["name": "garland, briggs", "fear": "love is not enough"]
        #expect(WebhookPayload.fingerprint(labels) == String(5_799_056_148_416_392_346 as UInt64, radix: 16))
        let similar = [["a": "bc"], ["ab": "c"], ["a": "b", "c": ""], ["a": "b", "": "c"]]
        #expect(Set(similar.map(WebhookPayload.fingerprint)).count == 4)
        #expect((0..<1000).allSatisfy { WebhookPayload.fingerprint(["n": "\($0)"]).utf8.count == 16 })
    }
}

@Suite("Numbers and times of alerts")
struct AlertTextTests {
    @Test(
        "a time is RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_382_988_123, "2026-11-22T21:29:48.123Z"), (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_735_689_599_000, "2024-12-31T23:59:59.000Z"), (1_735_689_600_000, "2025-01-01T00:00:00.000Z"),
        ]
    )
    func times(milliseconds: Int64, text: String) {
        #expect(AlertText.time(Timestamp(milliseconds: milliseconds)) == text)
    }

    @Test("days follow one another through four centuries")
    func days() {
        var (year, month, day) = (1970, 1, 1)
        for number in 0..<106_000 as Range<Int64> {
            let text = AlertText.time(Timestamp(milliseconds: number * 86_400_000))
            let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
            guard parts == [year, month, day] else {
                Issue.record("day \(number) is \(text)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test(
        "a decimal is rounded to the nearest",
        arguments: [
            (0.0, 2, "0.00"), (25.125, 2, "25.13"), (-0.5, 2, "-0.50"), (-0.001, 2, "0.00"), (1.005, 0, "1"),
            (999.999, 2, "1000.00"), (.nan, 2, "0.00"), (.infinity, 2, "90000000000000.00"), (7.0004, 3, "7.000"),
        ]
    )
    func decimals(value: Double, places: Int, text: String) {
        #expect(AlertText.decimal(value, places: places) == text)
    }

    @Test("a duration has the decimals it needs")
    func durations() {
        #expect(AlertText.seconds(nanoseconds: 10_000_000_000) == "10 s" && AlertText.seconds(nanoseconds: 0) == "0 s")
        #expect(AlertText.seconds(nanoseconds: 1_500_000_000) == "1.500 s")
    }
}
