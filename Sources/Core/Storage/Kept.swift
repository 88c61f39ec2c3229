/// An object that another keeps for as long as this is used: calling it counts no references.
///
/// A quote calls some twenty cells, and each count would be an atomic operation before and after.
// Invariant: whoever makes one holds the object in a place that lives longer than this.
@safe
struct Kept<Object: AnyObject & Sendable>: Sendable {
    private let object: Unmanaged<Object>

    init(_ object: Object) { unsafe self.object = Unmanaged.passUnretained(object) }

    @inline(__always)
    func use<Result>(_ body: (Object) -> Result) -> Result { unsafe self.object._withUnsafeGuaranteedRef(body) }
}
