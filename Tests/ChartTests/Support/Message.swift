import Foundation
import Testing

/// One message of the feed as a client reads it.
struct Message {
    let type: String
    /// `SYMBOL:SELL:BUY`; empty for an error.
    let pair: String
    let seq: UInt64
    let completeFrom: Double?
    let timestamps: [Double]
    let spreads: [Double]
    let upper: [Double?]
    let lower: [Double?]
    /// Of an error.
    let reason: String
    let text: String

    init(_ bytes: [UInt8]) throws {
        let object = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        self.type = try #require(object["type"] as? String)
        self.pair = ["symbol", "exchange1", "exchange2"].compactMap { object[$0] as? String }.joined(separator: ":")
        self.seq = (object["seq"] as? NSNumber)?.uint64Value ?? 0
        self.completeFrom = object["complete_from"] as? Double
        self.timestamps = object["timestamps"] as? [Double] ?? []
        self.spreads = object["spreads"] as? [Double] ?? []
        self.upper = (object["upperBand"] as? [Any] ?? []).map { $0 as? Double }
        self.lower = (object["lowerBand"] as? [Any] ?? []).map { $0 as? Double }
        self.reason = object["reason"] as? String ?? ""
        self.text = object["message"] as? String ?? ""
        #expect([self.spreads.count, self.upper.count, self.lower.count].allSatisfy { $0 == self.timestamps.count })
    }
}
