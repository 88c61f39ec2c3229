import FoundationEssentials

/// What this program is.
enum Build {
    static let version = "0.1.0"
    /// The commit, where whoever packaged the program said so.
    static let revision = ProcessInfo.processInfo.environment["ARB1D_REVISION"] ?? "unknown"
    /// The compiler it was built with, as far as the source can know.
    #if compiler(>=6.3)
        static let swift = "6.3"
    #else
        static let swift = "6.2"
    #endif
    #if DEBUG
        static let configuration = "debug"
    #else
        static let configuration = "release"
    #endif
}
