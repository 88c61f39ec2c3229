import Core
import Logging

/// Tells the log of pairs that enter or leave quarantine.
///
/// Asked once a second: it looks at the pairs only when the engine says that something changed.
struct QuarantineWatch {
    private let board: Board
    private let logger: Logger
    private var seen: UInt64 = 0
    private var quarantined: Set<Int> = []

    init(board: Board, logger: Logger) { (self.board, self.logger) = (board, logger) }

    mutating func look() {
        let changes = self.board.quarantineChangeCount
        guard changes != self.seen else { return }
        self.seen = changes
        let cells = self.board.read()
        for (index, cell) in cells.pairs.enumerated() {
            let reason = cell.read().quarantine
            guard (reason != nil) != self.quarantined.contains(index) else { continue }
            if let reason {
                self.quarantined.insert(index)
                self.tell("pair quarantined: not the same asset", "quarantined", index, reason.label, cells)
            } else {
                self.quarantined.remove(index)
                let why = cells.universe.pairs[index].isListed ? "within_limit" : "delisted"
                self.tell("pair released from quarantine", "quarantine_released", index, why, cells)
            }
        }
    }

    private func tell(_ message: Logger.Message, _ event: String, _ pair: Int, _ reason: String, _ cells: Board.Cells) {
        let (universe, entry) = (cells.universe, cells.universe.pairs[pair])
        let (sell, buy) = (universe.instruments[entry.sell.position], universe.instruments[entry.buy.position])
        self.logger.notice(
            message,
            metadata: [
                "event": "\(event)", "symbol": "\(universe.symbols[sell.symbol.position])",
                "sell_venue": "\(universe.venues[sell.venue.position].name)",
                "buy_venue": "\(universe.venues[buy.venue.position].name)", "reason": "\(reason)",
            ]
        )
    }
}
