/// One thing that is wrong with the configuration: which key, where, and what to do about it.
struct ConfigurationProblem: Error, Equatable, CustomStringConvertible {
    enum Origin: Equatable {
        case line(Int)
        case environment(String)
        case file
    }

    let key: String
    let origin: Origin
    let problem: String
    let remedy: String

    var description: String {
        let place =
            switch self.origin {
            case .line(let line): "line \(line), "
            case .environment(let name): "environment variable \(name), "
            case .file: ""
            }
        return "\(place)\(self.key): \(self.problem); \(self.remedy)"
    }
}

/// A configuration that cannot be used, with everything that is wrong with it.
struct ConfigurationError: Error, CustomStringConvertible {
    let file: String
    let problems: [ConfigurationProblem]

    var description: String {
        self.problems.map { "\(self.file): \($0)" }.joined(separator: "\n")
    }
}
