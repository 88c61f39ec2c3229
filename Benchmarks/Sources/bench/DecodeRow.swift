import Core
import Pipeline
import Venues

/// Frame bytes to a quote, from memory: the messages of `feed_simdjson`, through the adapter as a session calls it.
enum DecodeRow {
    static func run(count: Int, runs: Int) {
        var (bytes, ends) = ([UInt8](), [Int]())
        for index in 0..<count {
            let (price, cents) = (60_000 + index % 50, index % 100)
            let places = "\(cents < 10 ? "0" : "")\(cents)000000"
            let head = #"{"stream":"btcusdt@bookTicker","data":{"u":\#(400_900_217 + index),"s":"BTCUSDT","b":""#
            bytes.append(contentsOf: (head + "\(price).\(places)").utf8)
            bytes.append(contentsOf: #"","B":"31.21000000","a":"\#(price + 1).\#(places)","A":"40.66000000"}}"#.utf8)
            ends.append(bytes.count)
        }
        let table = SymbolTable([(venueSymbol: "BTCUSDT", instrument: InstrumentIndex(0))])
        var adapter: any VenueAdapter = BinanceAdapter(symbols: table)
        var (times, sum) = ([Double](), 0.0)
        for run in 0...runs {
            let begun = Measure.threadCPU()
            sum = self.decodeAll(bytes, ends, &adapter)
            if run > 0 { times.append(Measure.threadCPU() - begun) }
        }
        let perOne = Measure.median(times) / Double(count) * 1e6
        Report.line("arb1d decode", [("ops", Double(count)), ("us_cpu_per_op", perOne), ("sum", sum)])
    }

    private static func decodeAll(_ bytes: [UInt8], _ ends: [Int], _ adapter: inout any VenueAdapter) -> Double {
        var (events, sum, start) = (EventBuffer(), 0.0, 0)
        events.reserveCapacity(16)
        let all = bytes.span
        for end in ends {
            events.removeAll(keepingCapacity: true)
            do throws(FrameError) {
                try adapter.decode(all.extracting(start..<end), receivedAt: .never, into: &events)
            } catch { preconditionFailure("\(error)") }
            if case .quote(let quote) = events[0] {
                sum += quote.bid.double + quote.bidSize.double + quote.ask.double + quote.askSize.double
            }
            start = end
        }
        return sum
    }
}
