import Core
import Testing
import Venues

@Suite("Bybit books of many instruments")
struct BybitBookTableTests {
    @Test("are told apart where their places in the table collide")
    func collisions() {
        // Numbers that are 16 apart fall on the same place of a table of 16, which two instruments get.
        let symbols = SymbolTable([
            (venueSymbol: "X", instrument: InstrumentIndex(3)), (venueSymbol: "Y", instrument: InstrumentIndex(19)),
        ])
        var (adapter, decoded) = (BybitAdapter(symbols: symbols), Decoded())
        for frame in [
            self.book("X", "snapshot", #""b":[["1","2"]],"a":[["3","4"]],"u":5"#),
            self.book("Y", "snapshot", #""b":[["50","6"]],"a":[["70","8"]],"u":5"#),
            self.book("X", "delta", #""b":[["1.5","2"]],"a":[],"u":6"#),
            self.book("Y", "delta", #""b":[],"a":[["69","8"]],"u":6"#),
        ] { decoded.feed(Array(frame.utf8), to: &adapter) }
        #expect(decoded.quotes.map(line) == ["1×2 3×4 #5 @9", "50×6 70×8 #5 @9", "1.5×2 3×4 #6 @9", "50×6 69×8 #6 @9"])
        #expect(decoded.quotes.map(\.instrument.position) == [3, 19, 3, 19])
    }

    private func book(_ symbol: String, _ type: String, _ data: String) -> String {
        #"{"topic":"orderbook.1.\#(symbol)","type":"\#(type)","ts":9,"data":{\#(data)}}"#
    }
}
