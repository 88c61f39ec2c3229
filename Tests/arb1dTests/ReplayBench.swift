import Core
import Foundation
import TestSupport
import Testing
import Venues

@testable import arb1d

/// Wire logs of one test in a folder of its own, and what a replay makes of them.
final class ReplayBench {
    private let folder: URL

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "replay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    /// A recording of a venue; each line is receive time in ms, and frame.
    func log(_ venue: String, _ lines: [(Int64, String)]) throws -> ReplayRun.Source {
        try self.log(venue, text: lines.map { "\($0 * 1_000_000) < \($1)\n" }.joined())
    }

    func log(_ venue: String, text: String) throws -> ReplayRun.Source {
        let file = self.folder.appending(path: "\(UUID().uuidString).log")
        try Data(text.utf8).write(to: file)
        return try Self.source(venue, file.path())
    }

    static func source(_ venue: String, _ path: String) throws -> ReplayRun.Source {
        ReplayRun.Source(adapter: try #require(VenueRegistry.adapter(named: venue)), path: path)
    }

    static func run(
        _ sources: [ReplayRun.Source],
        _ configuration: Configuration = .defaults,
        until: Int64? = nil
    ) throws -> ReplayOutput {
        let instant = until.flatMap { ReplayInstant(String($0)) }
        let market = try ReplayRun.run(sources, configuration: configuration, until: instant)
        MovedFamilies.note(String(decoding: market.metrics, as: UTF8.self))
        return ReplayOutput(metrics: market.metrics, pairs: market.pairs)
    }

    /// A quote of Binance spot.
    static func quote(_ symbol: String, _ number: Int, _ bid: String, _ ask: String) -> String {
        let sides = #""b":"\#(bid)","B":"1","a":"\#(ask)","A":"1""#
        return #"{"stream":"x@bookTicker","data":{"u":\#(number),"s":"\#(symbol)",\#(sides)}}"#
    }
}

/// What a replay printed.
struct ReplayOutput: Equatable {
    let metrics: [UInt8]
    let pairs: [UInt8]

    var metricLines: [Substring] { String(decoding: self.metrics, as: UTF8.self).split(separator: "\n") }

    /// The value of a series, named with its labels.
    func value(_ series: String) -> String? {
        let prefix = series + " "
        return self.metricLines.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// The object of a pair.
    func pair(_ symbol: String, sell: String, buy: String) throws -> [String: Any] {
        for line in String(decoding: self.pairs, as: UTF8.self).split(separator: "\n") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let names = ["symbol", "sell_venue", "buy_venue"].map { object[$0] as? String }
            if names == [symbol, sell, buy] { return object }
        }
        throw Absent(pair: "\(symbol) \(sell) \(buy)")
    }

    struct Absent: Error {
        let pair: String
    }

    var residuals: [Substring] { self.metricLines.filter { $0.hasPrefix("arb1d_flow_residual{") } }
}
