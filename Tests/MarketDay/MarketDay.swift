import Core
import Glibc

/// Lets the engine live through a day of virtual time, and ends with 1 when it does not hold its memory.
///
/// `market-day CAPTURES [INSTRUMENTS] [HOURS] [FROM]`: the anonymous memory at the end of hour HOURS must be within 5 %
/// of that at the end of hour FROM, and the windows' own count of bytes within 1 % of a walk at the end of every hour.
@main
struct MarketDay {
    private struct Reading {
        let memory: Int
        let counted: Int
        let walked: Int

        var countError: Double { abs(Double(self.counted - self.walked)) / Double(max(1, self.walked)) }
    }

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let numbers = arguments.dropFirst().compactMap { Int($0) }
        guard let captures = arguments.first, numbers.count == arguments.count - 1 else {
            print("usage: market-day CAPTURES [INSTRUMENTS] [HOURS] [FROM]")
            exit(64)
        }
        let instruments = numbers.first ?? 900
        let hours = numbers.dropFirst().first ?? 24
        let from = numbers.dropFirst(2).first ?? 2
        guard instruments >= 3, 1..<hours ~= from else {
            print("at least 3 instruments, and an hour to compare the last one with: from 1 to below \(hours)")
            exit(64)
        }
        exit(try self.live(captures, instruments: instruments, hours: hours, from: from) ? 0 : 1)
    }

    private static func live(_ captures: String, instruments: Int, hours: Int, from: Int) throws -> Bool {
        // A few instruments are for a quick look: then nobody is loud.
        var market = Market(
            instruments: instruments,
            rhythms: try Rhythm.recorded(in: captures),
            isLoud: instruments >= 300
        )
        var readings: [Reading] = []
        print("hour    quotes    RssAnon kB   windows B   walked B  B/quote")
        for hour in 1...hours {
            for _ in 0..<3_600 { market.passSecond() }
            let bytes = market.windowBytes
            let reading = Reading(memory: try File.anonymousMemory(), counted: bytes.counted, walked: bytes.walked)
            readings.append(reading)
            let cost = Double(bytes.counted) / Double(max(1, market.held))
            let columns = [market.quotes, reading.memory >> 10, reading.counted, reading.walked].map {
                Self.wide($0, 12)
            }
            print(Self.wide(hour, 4) + columns.joined() + "     " + Self.hundredths(cost))
            fflush(nil)  // A reader on the other end of a pipe sees it now.
        }
        let perQuote = market.busy / Int64(max(1, market.quotes))
        let growth = Double(readings[hours - 1].memory) / Double(readings[from - 1].memory) - 1
        let error = readings.map(\.countError).max() ?? 1
        print("engine: \(perQuote) ns of a processor a quote, with a heartbeat every second")
        print("memory at hour \(hours) against hour \(from): \(Self.hundredths(growth * 100)) %")
        print("windows' own count against a walk: off by \(Self.hundredths(error * 100)) % at most")
        return abs(growth) <= 0.05 && error <= 0.01
    }

    private static func wide(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func hundredths(_ value: Double) -> String {
        let whole = Int((abs(value) * 100).rounded())
        let cents = whole % 100
        return (value < 0 && whole > 0 ? "-" : "") + "\(whole / 100)." + (cents < 10 ? "0" : "") + "\(cents)"
    }
}
