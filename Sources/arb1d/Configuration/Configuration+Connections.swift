import Core
import Venues

extension Configuration.VenueChoice {
    /// What a venue's connections carry, how long they live, and how they are checked.
    mutating func readConnections(_ path: String, _ reader: inout ConfigurationReader) {
        self.streamsPerConnection = reader.count(path + ".streams_per_connection", 1...10_000)
        self.maxConnectionAge = reader.scalar(
            path + ".max_connection_age",
            expected: "a duration from 1s, such as 24h"
        ) { Units.duration($0).flatMap { $0 >= .seconds(1) ? $0 : nil } }
        let hasTrades = reader.scalar(path + ".trades", expected: "true or false") { Bool($0) }
        if let hasTrades { self.hasTrades = hasTrades }
        let interval = reader.scalar(path + ".audit_interval", expected: "a duration from 1s, such as 60s") {
            Units.duration($0).flatMap { $0 >= .seconds(1) ? $0 : nil }
        }
        if let interval { self.auditInterval = interval }
        let limit = VenueRegistry.adapter(named: self.name)?.profile.connections.streamsPerConnection
        if let wanted = self.streamsPerConnection, let limit, wanted > limit {
            reader.report(
                path + ".streams_per_connection",
                reader.line(of: path + ".streams_per_connection"),
                "\(wanted) is more than the venue takes on one connection",
                "write at most \(limit)"
            )
        }
    }
}
