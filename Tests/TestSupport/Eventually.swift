import Foundation

/// What did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

/// Waits until `condition` gives a value, asking again and again.
///
/// The one place of the tests that lets time pass: they watch real processes, which cannot be asked to hurry.
@discardableResult
public func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(180),
    _ condition: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var last = "nothing yet"
    while clock.now < deadline {
        do {
            if let value = try await condition() { return value }
        } catch {
            last = "\(error)"
        }
        try await clock.sleep(for: .milliseconds(50))
    }
    throw NeverHappened(description: "\(what): not within \(limit) (\(last))")
}
