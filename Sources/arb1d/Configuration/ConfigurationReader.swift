/// Reads settings by their path out of a file's tree and the environment, and gathers everything that is wrong.
///
/// A setting that was asked for is known: whatever the file holds beyond those is an unknown key.
struct ConfigurationReader {
    private let tree: ConfigurationTree
    private let environment: [String: String]
    private var known: Set<String> = []
    /// Which setting an environment variable was read for.
    private var settingsByVariable: [String: String] = [:]
    /// Variables of ours that are no settings: they say what was built, and what its tests go by.
    private static let otherVariables: Set = ["ARB1D_REVISION", "ARB1D_CAPTURES", "ARB1D_SEED"]
    private(set) var problems: [ConfigurationProblem]

    init(tree: ConfigurationTree, environment: [String: String]) {
        (self.tree, self.environment) = (tree, environment)
        self.problems = tree.problems
    }

    /// The name that overrides a setting: `ready.grace` is `ARB1D_READY_GRACE`.
    static func environmentName(_ path: String) -> String {
        "ARB1D_" + path.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
    }

    /// Reads a scalar.
    ///
    /// - Parameters:
    ///   - path: Such as `ready.grace`.
    ///   - expected: What a good value is, for the remedy: `a duration such as 10s`.
    ///   - secret: A value that must not be shown, also when it is wrong.
    ///   - parse: `nil` when the text is not one.
    /// - Returns: `nil` when the setting is absent or wrong; wrong ones are in ``problems``.
    mutating func scalar<Value>(
        _ path: String,
        expected: String,
        secret: Bool = false,
        parse: (String) -> Value?
    ) -> Value? {
        self.known.insert(path)
        guard let (text, origin) = self.text(path, expected: expected) else { return nil }
        if let value = parse(text) { return value }
        let shown = secret ? "the value" : "\"\(text.prefix(100))\""
        self.report(path, origin, "\(shown) does not fit", "write \(expected)")
        return nil
    }

    /// Reads a list; in the environment its elements stand between commas.
    mutating func list(_ path: String) -> [String]? {
        self.known.insert(path)
        if let text = self.variable(for: path)?.text {
            return text.split(separator: ",").map { String($0.drop { $0 == " " }) }
        }
        guard let entry = self.tree.entries[path] else { return nil }
        return entry.values
    }

    /// The keys of a section in the file's order, or `nil` when there is no such section.
    mutating func keys(of path: String) -> [String]? {
        self.known.insert(path)
        if let entry = self.tree.entries[path] {
            self.report(path, .line(entry.line), "a plain value", "write a section with keys below it")
            return nil
        }
        return self.tree.sections[path]?.keys
    }

    func line(of path: String) -> ConfigurationProblem.Origin {
        (self.tree.sections[path]?.line ?? self.tree.entries[path]?.line).map { .line($0) } ?? .file
    }

    /// Names every key of the file that nobody asked for.
    mutating func reportUnknownKeys() {
        let unknown = self.tree.entries.filter { !self.known.contains($0.key) }
        for (path, entry) in unknown.sorted(by: { $0.value.line < $1.value.line }) {
            self.report(path, .line(entry.line), "unknown key", self.remedy(for: path))
        }
        for (path, section) in self.tree.sections.sorted(by: { $0.value.line < $1.value.line })
        where !path.isEmpty && section.keys.isEmpty && !self.known.contains(path) && !self.hasKnownChild(path) {
            self.report(path, .line(section.line), "unknown key", self.remedy(for: path))
        }
    }

    /// Names every variable of ours that nobody asked for.
    mutating func reportUnknownVariables() {
        for name in self.environment.keys.sorted() where name.hasPrefix("ARB1D_") {
            guard self.settingsByVariable[name] == nil, !Self.otherVariables.contains(name) else { continue }
            let near = self.settingsByVariable.keys.min { Self.distance(name, $0) < Self.distance(name, $1) }
            let isNear = near.map { Self.distance(name, $0) <= max(2, name.count / 5) } ?? false
            let remedy = near.flatMap { isNear ? "did you mean \($0)?" : nil } ?? "unset it"
            self.report(name, .environment(name), "no setting has this name", remedy)
        }
    }

    /// What was probably meant, else what could have been.
    private func remedy(for path: String) -> String {
        let near = self.known.min { Self.distance(path, $0) < Self.distance(path, $1) }
        if let near, Self.distance(path, near) <= max(2, path.count / 5) { return "did you mean \(near)?" }
        let siblings = self.known.filter { Self.parent($0) == Self.parent(path) }.sorted()
        return siblings.isEmpty ? "take it out" : "take it out, or write one of: \(siblings.joined(separator: ", "))"
    }

    /// How many letters must be put in, taken out or changed to make the one word of the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (letter == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }

    mutating func report(_ key: String, _ origin: ConfigurationProblem.Origin, _ problem: String, _ remedy: String) {
        self.problems.append(ConfigurationProblem(key: key, origin: origin, problem: problem, remedy: remedy))
    }

    /// Whether the file or the environment says something about the setting.
    func isGiven(_ path: String) -> Bool {
        self.tree.entries[path] != nil || self.environment[Self.environmentName(path)] != nil
    }

    func hasProblem(at path: String) -> Bool { self.problems.contains { $0.key == path } }

    /// The variable that overrides the setting, if it is set; one that could mean two settings is reported.
    private mutating func variable(for path: String) -> (text: String, name: String)? {
        let name = Self.environmentName(path)
        let other = self.settingsByVariable.updateValue(path, forKey: name)
        guard let text = self.environment[name] else { return nil }
        if let other, other != path {
            self.report(path, .environment(name), "the variable of \(other) too", "give the two names that differ more")
        }
        return (text, name)
    }

    private mutating func text(
        _ path: String,
        expected: String
    ) -> (text: String, origin: ConfigurationProblem.Origin)? {
        if let (text, name) = self.variable(for: path) { return (text, .environment(name)) }
        guard let entry = self.tree.entries[path] else { return nil }
        guard !entry.isList, let text = entry.values.first else {
            self.report(path, .line(entry.line), "a list", "write \(expected)")
            return nil
        }
        return (text, .line(entry.line))
    }

    private func hasKnownChild(_ path: String) -> Bool { self.known.contains { $0.hasPrefix(path + ".") } }

    private static func parent(_ path: String) -> Substring {
        path.lastIndex(of: ".").map { path[..<$0] } ?? ""
    }
}
