import Foundation

/// A payload read by somebody else's parser.
struct Payload: Decodable {
    struct Alert: Decodable {
        let status: String
        let labels: [String: String]
        let annotations: [String: String]
        let startsAt: String
        let endsAt: String
        let generatorURL: String
        let fingerprint: String
    }

    let version: String
    let groupKey: String
    let truncatedAlerts: Int
    let status: String
    let receiver: String
    let groupLabels: [String: String]
    let commonLabels: [String: String]
    let commonAnnotations: [String: String]
    let externalURL: String
    let alerts: [Alert]

    init(_ body: [UInt8]) {
        do {
            self = try JSONDecoder().decode(Payload.self, from: Data(body))
        } catch {
            preconditionFailure("not a payload: \(error)")
        }
    }
}
