import Core

/// The body of a notification: Alertmanager's webhook payload, version 4, so that what reads that one reads ours.
///
/// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
enum WebhookPayload {
    static func body(of notification: AlertNotification, receiver: String, externalURL: String) -> [UInt8] {
        let alerts = notification.alerts.map { Described($0, rule: notification.rule) }
        let groupLabels = ["alertname": notification.rule.name]
        var json = JSONText()
        json.object { json in
            json.key("receiver")
            json.string(receiver)
            json.key("status")
            json.string(notification.isFiring ? "firing" : "resolved")
            json.key("alerts")
            json.array { json in
                for alert in alerts { alert.write(to: &json, generatorURL: externalURL) }
            }
            json.key("groupLabels")
            json.texts(groupLabels)
            json.key("commonLabels")
            json.texts(self.common(alerts.map(\.labels)))
            json.key("commonAnnotations")
            json.texts(self.common(alerts.map(\.annotations)))
            json.key("externalURL")
            json.string(externalURL)
            json.key("version")
            json.string("4")
            json.key("groupKey")
            json.string(self.groupKey(groupLabels))
            json.key("truncatedAlerts")
            json.number(notification.truncated)
        }
        return json.bytes
    }

    /// The same for all notifications of one rule: our only route has no matcher of its own.
    static func groupKey(_ labels: [String: String]) -> String {
        let list = labels.sorted { $0.key < $1.key }.map { name, value in
            let escaped = value.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : "\($1)" }
            return "\(name)=\"\(escaped)\""
        }
        return "{}:{\(list.joined(separator: ", "))}"
    }

    /// What stands in all of them.
    static func common(_ all: [[String: String]]) -> [String: String] {
        guard let first = all.first else { return [:] }
        return first.filter { name, value in all.allSatisfy { $0[name] == value } }
    }

    /// Prometheus' own fingerprint of a label set: FNV-1a, 64 bits, over names and values in the order of the names.
    static func fingerprint(_ labels: [String: String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            // 255 occurs in no UTF-8, so no two sets read alike.
            for byte in Array(name.utf8) + [255] + Array(value.utf8) + [255] {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// One alert in words.
private struct Described {
    let alert: Alert
    let labels: [String: String]
    let annotations: [String: String]

    init(_ alert: Alert, rule: AlertRule) {
        self.alert = alert
        let pair = alert.pair
        self.labels = [
            "alertname": rule.name, "symbol": pair.symbol, "sell_venue": pair.sellVenue, "buy_venue": pair.buyVenue,
        ]
        let (percent, bps) = (AlertText.percent(alert.netSpread), AlertText.bps(alert.netSpread))
        var annotations = [
            "summary": "\(pair.symbol): sell at \(pair.sellVenue), buy at \(pair.buyVenue): "
                + "net \(percent) % (\(bps) bps)",
            "net_spread_percent": percent,
            "net_spread_bps": bps,
            "peak_net_spread_bps": AlertText.bps(alert.peak),
            "rule": "at least \(AlertText.bps(rule.netSpreadAbove)) bps for "
                + "\(AlertText.seconds(nanoseconds: rule.holdFor)); ends below \(AlertText.bps(rule.clearBelow)) bps",
        ]
        annotations["resolved_because"] =
            switch alert.end?.reason {
            case .cleared: "the net spread fell below \(AlertText.bps(rule.clearBelow)) bps"
            case .notFresh: "the pair has no fresh spread: its values are the last known"
            case nil: nil
            }
        self.annotations = annotations
    }

    func write(to json: inout JSONText, generatorURL: String) {
        json.object { json in
            json.key("status")
            json.string(self.alert.end == nil ? "firing" : "resolved")
            json.key("labels")
            json.texts(self.labels)
            json.key("annotations")
            json.texts(self.annotations)
            json.key("startsAt")
            json.string(AlertText.time(self.alert.startsAt))
            json.key("endsAt")
            json.string(self.alert.end.map { AlertText.time($0.at) } ?? AlertText.noTime)
            json.key("generatorURL")
            json.string(generatorURL)
            json.key("fingerprint")
            json.string(WebhookPayload.fingerprint(self.labels))
        }
    }
}
