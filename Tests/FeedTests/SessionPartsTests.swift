import Core
import Testing
import Venues

@testable import Feed

@Suite("Backoff, rate and words")
struct SessionPartsTests {
    @Test("waits between nothing and the doubled base, never above the cap")
    func backoffBounds() {
        for number in 0..<200 as Range<UInt64> {
            var (seed, backoff) = (Seed(number), Backoff())
            for failures in 0..<40 {
                let delay = backoff.next(using: &seed)
                let limit = failures < 6 ? Duration.milliseconds(200 * (1 << failures)) : .seconds(10)
                #expect(delay >= .zero && delay <= limit, "\(seed)")
            }
        }
    }

    @Test("begins anew after a reset")
    func backoffReset() {
        var (seed, backoff) = (Seed(7), Backoff())
        for _ in 0..<10 { _ = backoff.next(using: &seed) }
        backoff.reset()
        #expect(backoff.next(using: &seed) <= .milliseconds(200))
    }

    @Test("never admits more than the limit in any stretch of the period")
    func rate() {
        var window = RateWindow(limit: 4, per: .seconds(1))
        var (now, sent): (MonotonicInstant, [MonotonicInstant]) = (at(0), [])
        for _ in 0..<40 {
            now = window.nextAdmission(at: now)
            window.record(at: now)
            sent.append(now)
        }
        for (index, instant) in sent.enumerated() where index >= 4 {
            #expect(instant.since(sent[index - 4]) >= .seconds(1))
        }
        #expect(sent.last == at(9))
    }

    @Test(
        "makes a venue's words harmless",
        arguments: [
            ("plain words", "plain words"),
            ("a\nb\u{1B}[31m", "a\\u{a}b\\u{1b}[31m"),
            ("\u{202E}é", "\\u{202e}\\u{e9}"),
            ("a\\b", "a\\u{5c}b"),
        ]
    )
    func words(text: String, expected: String) { #expect(venueWords(text) == expected) }

    @Test("cuts a venue's words at 200 characters")
    func longWords() {
        #expect(venueWords(String(repeating: "a", count: 5000)).count == 200)
        #expect(venueWords(String(repeating: "\n", count: 5000)).count <= 200)
    }

    @Test(
        "finds a name only as a whole",
        arguments: [
            ("Invalid symbol :[tickers.NOPEUSDT]", "NOPEUSDT", true),
            ("Invalid symbol :[tickers.NOPEUSDT]", "PEUSDT", false),
            ("unknown currency pair: NOPE_USD", "NOPE_USD", true),
            ("unknown currency pair: NOPE_USDT", "NOPE_USD", false),
            ("unknown pair nopeusdt", "NOPEUSDT", true),
            ("", "NOPEUSDT", false),
        ]
    )
    func named(words: String, topic: String, isNamed: Bool) {
        #expect(SubscriptionLedger.names(topic, in: words) == isNamed)
    }
}

/// `seconds` after the beginning of a test's time.
func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }
