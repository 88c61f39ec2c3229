/// The one intake of all sessions of a venue. Belongs to the venue's event loop.
final class SharedIntake {
    var intake: EventIntake

    init(_ intake: EventIntake) { self.intake = intake }
}
