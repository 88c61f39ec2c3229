/// Why a wire log cannot be read on: where, and what to do about it.
public struct WireLogError: Error, Equatable, CustomStringConvertible {
    /// As the user named it.
    public let file: String
    /// From 1; `nil` where it is about the whole file.
    public let line: Int?
    public let problem: String
    public let remedy: String

    public var description: String {
        let place = self.line.map { "\(self.file): line \($0)" } ?? self.file
        return "\(place): \(self.problem); \(self.remedy)"
    }
}
