import Core
import TestSupport
import Testing
import Venues

@testable import Feed

/// What is read in runs, and what it must come to: the same as frame by frame.
@Suite("Runs of frames")
struct FrameRunTests {
    private static let now = Timestamp(nanoseconds: 5)

    private static let adapters: [any VenueAdapter.Type] = [
        BinanceAdapter.self, BinanceUSDMAdapter.self, BybitAdapter.self, GateIoAdapter.self,
    ]

    @Test("say to the intake what their frames say one by one", arguments: adapters.indices, Seeds.fresh(3))
    func sameEvents(venue: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let frames = (0..<400).map { _ in Array(Self.frame(of: venue, &generator).utf8) }
        let (alone, runs) = (Self.read(frames, venue, runs: false), Self.read(frames, venue, runs: true))
        #expect(runs.taken > 200 && runs.taken < 400, "ARB1D_SEED=\(seed)")
        #expect(alone.intake.batch == runs.intake.batch, "ARB1D_SEED=\(seed)")
        #expect(alone.intake.tally == runs.intake.tally, "ARB1D_SEED=\(seed)")
        #expect(alone.firsts == runs.firsts, "ARB1D_SEED=\(seed)")
        #expect(alone.intake.tally.framesIn == 400)
    }

    private static func read(
        _ frames: [[UInt8]],
        _ venue: Int,
        runs: Bool
    ) -> (intake: EventIntake, taken: Int, firsts: [InstrumentIndex]) {
        let names = ["BTCUSDT", "ETHUSDT"].map { venue == 3 ? $0.replacing("USDT", with: "_USDT") : $0 }
        let type = Self.adapters[venue]
        var intake = EventIntake(venue: VenueIndex(0), rule: type.profile.sequence, trades: type.profile.trades)
        var table: [(venueSymbol: String, instrument: InstrumentIndex)] = []
        for (index, name) in names.enumerated() {
            intake.add(InstrumentIndex(index))
            table.append((name, InstrumentIndex(index)))
        }
        var adapter: any VenueAdapter = type.init(symbols: SymbolTable(table))
        let bytes = frames.flatMap { $0 }
        var (places, end): ([Range<Int>], Int) = ([], 0)
        for frame in frames {
            places.append(end..<end + frame.count)
            end += frame.count
        }
        var (events, next, taken, firsts) = (EventBuffer(), 0, 0, [InstrumentIndex]())
        while next < places.count {
            if runs {
                let run = places[next..<min(next + 32, places.count)]
                let count = intake.receiveUsual(
                    bytes.span,
                    at: Array(run).span,
                    with: &adapter,
                    into: &events,
                    at: Self.now
                )
                (next, taken) = (next + count, taken + count)
                if count > 0 { firsts += intake.firsts }
                guard count < run.count else { continue }
            }
            let frame = bytes.span.extracting(places[next])
            do {
                try intake.receive(frame, with: &adapter, into: &events, at: Self.now)
                firsts += intake.firsts
            } catch {}  // Counted, which is compared.
            next += 1
        }
        return (intake, taken, firsts)
    }

    /// Mostly a quote as the venue spells it, of one of three symbols, one of which is not watched.
    private static func frame(of venue: Int, _ generator: inout SplitMix64) -> String {
        let base = ["BTC", "ETH", "XRP"][generator.int(0...2)]
        let (number, price) = (generator.int(1...50), "\(generator.int(0...3)).\(generator.int(1...99))")
        switch generator.int(0...11) {
        case 0: return "{"
        case 1: return #"{"an":"other"}"#
        case 2: return Self.quote(venue, base, number, price).replacing(",", with: ", ")
        case 3: return Self.quote(venue, base, number, "-1")
        case 4: return Self.quote(venue, base, number, "0")
        default: return Self.quote(venue, base, number, price)
        }
    }

    private static func quote(_ venue: Int, _ base: String, _ number: Int, _ price: String) -> String {
        let sides = #""b":"\#(price)","B":"1.5","a":"\#(price)5","A":"2""#
        return switch venue {
        case 0: #"{"stream":"x@bookTicker","data":{"u":\#(number),"s":"\#(base)USDT",\#(sides)}}"#
        case 1:
            #"{"stream":"x@bookTicker","data":{"e":"bookTicker","u":\#(number),"s":"\#(base)USDT",\#(sides),"T":7,"E":8}}"#
        case 2:
            #"{"topic":"orderbook.1.\#(base)USDT","ts":9,"type":"snapshot","data":{"s":"\#(base)USDT","b":[["\#(price)","#
                + #""1.5"]],"a":[["\#(price)5","2"]],"u":\#(number),"seq":7},"cts":8}"#
        default:
            #"{"time":1,"time_ms":1,"channel":"spot.book_ticker","event":"update","result":{"t":9,"u":\#(number),"#
                + #""s":"\#(base)_USDT",\#(sides)}}"#
        }
    }
}
