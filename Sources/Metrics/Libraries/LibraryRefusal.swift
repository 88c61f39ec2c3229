/// Why a library's metric is not exported. Whoever counts it counts on, unseen.
public enum LibraryRefusal: String, LabelSet, Error, CaseIterable {
    /// There is no room: see ``LibraryFamilies``.
    case limit
    /// It is reserved, too long, or was given to another metric before.
    case name
    /// They are too many, or their names too long.
    case labels

    public static let names = ["reason"]
    public var values: [String] { [self.rawValue] }
}
