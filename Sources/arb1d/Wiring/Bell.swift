import Synchronization

/// Wakes somebody who comes to be after the one who rings.
final class Bell: Sendable {
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    func connect(_ action: @escaping @Sendable () -> Void) { self.action.withLock { $0 = action } }

    /// Does nothing while nobody is connected: whoever connects looks for himself first.
    func ring() { self.action.withLock { $0 }?() }
}
