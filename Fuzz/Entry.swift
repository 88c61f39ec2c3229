import Glibc
import Venues

/// What one input is given to: named by `ARB1D_FUZZ`, a venue or `frames`.
private let target: @Sendable ([UInt8]) throws -> Void = {
    let name = unsafe getenv("ARB1D_FUZZ").map { unsafe String(cString: $0) } ?? ""
    if name == "frames" { return { try FrameProperties.check($0) } }
    guard let adapter = VenueRegistry.adapter(named: name) else {
        fatalError("ARB1D_FUZZ=\(name): say frames or the name of a venue")
    }
    return { try AdapterProperties.check($0, of: adapter) }
}()

/// Called by libFuzzer with one input after the other; a broken property ends the process, as a trap does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do { try target(input) } catch { fatalError("\(error)") }
    return 0
}
