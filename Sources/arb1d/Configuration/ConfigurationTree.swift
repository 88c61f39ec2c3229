import Yams

/// The scalars and lists of a YAML file by their path, each with its line.
struct ConfigurationTree {
    struct Entry {
        /// One element for a scalar, any number for a list.
        let values: [String]
        let isList: Bool
        let line: Int
    }

    private(set) var entries: [String: Entry] = [:]
    /// Mappings, empty ones too, with the line of their key and the keys in them in the file's order.
    private(set) var sections: [String: (line: Int, keys: [String])] = [:]
    private(set) var problems: [ConfigurationProblem] = []

    init(yaml: String) {
        do {
            guard let root = try Yams.compose(yaml: yaml) else { return }
            self.read(root, path: "", line: 1)
        } catch let error as YamlError {
            self.problems.append(Self.problem(error))
        } catch {
            self.problems.append(Self.unreadable("\(error)", line: nil))
        }
    }

    private mutating func read(_ node: Node, path: String, line: Int) {
        switch node {
        case .mapping(let mapping):
            var keys: [String] = []
            for (key, value) in mapping {
                guard let name = key.string, !name.isEmpty else {
                    self.add("a key is not text", "write keys as plain words", path: path, node: key)
                    continue
                }
                guard !keys.contains(name) else {
                    self.add("given twice", "keep one of the two", path: Self.join(path, name), node: key)
                    continue
                }
                keys.append(name)
                self.read(value, path: Self.join(path, name), line: key.mark?.line ?? line)
            }
            self.sections[path] = (line, keys)
        case .sequence(let sequence):
            var values: [String] = []
            for element in sequence {
                guard case .scalar(let scalar) = element else {
                    self.add("a list of lists", "write a list of plain values", path: path, node: element)
                    continue
                }
                values.append(scalar.string)
            }
            self.entries[path] = Entry(values: values, isList: true, line: line)
        case .scalar(let scalar):
            if path.isEmpty {
                self.problems.append(Self.unreadable("not a mapping", line: line))
            } else if scalar.string.isEmpty || scalar.string == "~" || scalar.string == "null" {
                self.sections[path] = (line, [])  // `bybit:` without anything is an empty section.
            } else {
                self.entries[path] = Entry(values: [scalar.string], isList: false, line: line)
            }
        case .alias:
            self.add("an alias", "write the value out", path: path, node: node)
        }
    }

    private mutating func add(_ problem: String, _ remedy: String, path: String, node: Node) {
        self.problems.append(
            ConfigurationProblem(
                key: path.isEmpty ? "(top level)" : path,
                origin: node.mark.map { .line($0.line) } ?? .file,
                problem: problem,
                remedy: remedy
            )
        )
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : path + "." + key }

    private static func problem(_ error: YamlError) -> ConfigurationProblem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.unreadable(problem, line: mark.line)
        case .duplicatedKeysInMapping(_, let context):
            self.unreadable("a key is given twice", line: context.mark.line)
        default: self.unreadable("\(error)", line: nil)
        }
    }

    private static func unreadable(_ what: String, line: Int?) -> ConfigurationProblem {
        ConfigurationProblem(
            key: "(file)",
            origin: line.map { .line($0) } ?? .file,
            problem: "not readable as YAML: \(what)",
            remedy: "see docs/configuration.md for the form of the file"
        )
    }
}
