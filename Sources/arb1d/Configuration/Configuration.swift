import Alerts
import Core
import Logging

/// Everything that an operator can choose, with the defaults of the documentation.
struct Configuration: Sendable, Equatable {
    struct VenueChoice: Sendable, Equatable {
        let name: String
        /// `nil`: the venue's public address.
        var restBase: String?
        var webSocketBase: String?
        /// Taker fee as a ratio; `nil`: the venue's published base fee.
        var fee: Double?
        var deadAfter: Duration?
        var caFile: String?
        /// Topics on one connection; `nil`: what suits the venue.
        var streamsPerConnection: Int?
        /// How long the venue lets a connection live; `nil`: what it says.
        var maxConnectionAge: Duration?
        var hasTrades = true
        var auditInterval = Duration.seconds(60)
    }

    var listenHost = "127.0.0.1"
    var listenPort = 5000
    /// In the order of the file.
    var venues: [VenueChoice] = []
    var quotes = ["USDT"]
    /// Empty: all that at least two venues list.
    var symbols: [String] = []
    /// 24 h, in the quote asset.
    var minVolume = 0.0
    var maxInstruments = 1_000
    /// So many daemons share the venues' limits for one address.
    var shardCount = 1
    /// Between two questions to a venue what it lists; `nil`: only at start.
    var discoveryInterval: Duration? = .seconds(600)
    var engine: EngineSettings
    /// So many engines share the symbols, each on a thread of its own.
    var engineShards = 1
    var channelCapacity = 100_000
    var channelOverflow = OverflowPolicy.displace
    var readyGrace = Duration.seconds(10)
    var livenessTimeout = Duration.seconds(15)
    var shutdownDeadline = Duration.seconds(20)
    var shutdownDelay = Duration.zero
    var chart = ChartChoice()
    var series = SeriesChoice()
    /// Where readers of notifications find this daemon; `nil`: as far as it knows itself.
    var externalURL: String?
    var alerts: [AlertRule] = []
    var webhooks: [WebhookChoice] = []
    var logLevel = Logger.Level.info
    /// Work that takes longer is logged.
    var slowAbove = Duration.milliseconds(250)
    /// SHA-256 of the file, in hexadecimal.
    var digest = ""
}
