import Synchronization

/// Where a library's child stands.
struct LibraryPlace: Sendable {
    let family: String
    let key: [String]
}

/// One holder's share of a library's metric. One that was refused counts unseen.
public final class LibraryChild<Held: Sendable>: Sendable {
    public let instrument: Held
    /// Nil for one that is not exported, or that was released before.
    private let place: Lock<LibraryPlace?>

    init(_ instrument: Held, _ place: LibraryPlace?) {
        self.instrument = instrument
        self.place = Lock(place)
    }

    /// The place, once: a second release gives nothing back.
    func takePlace() -> LibraryPlace? {
        self.place.withLock { place in
            defer { place = nil }
            return place
        }
    }
}
