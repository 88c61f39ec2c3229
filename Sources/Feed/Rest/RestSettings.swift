/// The bounds of every request, and whom to trust, where the request itself says nothing.
public struct RestSettings: Sendable {
    public var userAgent: String
    public var connectTimeout: Duration
    public var totalTimeout: Duration
    /// After unpacking, so that a small answer cannot become a large one.
    public var maxBodyBytes: Int
    /// Certificates to trust instead of the system's, in PEM, unless a request brings its own.
    public var caFile: String?

    public init(
        version: String,
        connectTimeout: Duration = .seconds(5),
        totalTimeout: Duration = .seconds(10),
        maxBodyBytes: Int = 32 << 20,
        caFile: String? = nil
    ) {
        self.userAgent = "arb1d/" + version
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.maxBodyBytes = maxBodyBytes
        self.caFile = caFile
    }
}
