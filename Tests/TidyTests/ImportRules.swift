/// Who may import whom. A module without a line here fails: the map of the modules is kept by hand.
enum ImportRules {
    enum Permission {
        /// Nothing but these; a name that ends in `*` stands for all that begin so.
        case only([String])
        /// Everything but these.
        case anythingBut([String])
    }

    static let permissions: [String: Permission] = [
        "Sources/Core": .only(["CPrefetch", "Synchronization"]),
        "Sources/Venues": .only(["Core"]),
        "Sources/Metrics": .only(["Core", "Synchronization", "Glibc"]),
        "Sources/LibraryMetrics": .only(["CoreMetrics", "Metrics"]),
        "Sources/Health": .only(["Core", "Metrics", "CSystemd", "Dispatch", "Synchronization", "Glibc"]),
        "Sources/Feed": .only(
            ["Core", "Venues", "Metrics", "CCurl", "COpenSSL", "NIO*", "Logging", "Synchronization", "Glibc"]
        ),
        "Sources/Chart": .only(["Core", "Metrics", "Synchronization"]),
        "Sources/Alerts": .only(["Core", "Metrics", "COpenSSL", "Synchronization", "Glibc"]),
        "Sources/Endpoints": .only([
            "Metrics", "Health", "CZlib", "Hummingbird*", "HTTPTypes", "NIO*", "Logging", "ServiceLifecycle",
            "Synchronization",
            "Glibc",
            "FoundationEssentials",
        ]),
        "Sources/WireLogs": .only(["Glibc", "CZlib"]),
        "Sources/Simulation": .only(["WireLogs", "Synchronization", "Glibc", "FoundationEssentials"]),
        "Sources/exchange-sim": .only([
            "Simulation", "WireLogs", "COpenSSL", "NIO*", "ArgumentParser", "Logging", "Dispatch", "Synchronization",
            "Glibc",
            "FoundationEssentials",
        ]),
        "Sources/arb1d": .anythingBut(["Simulation", "Foundation", "FoundationNetworking", "FoundationXML"]),
    ]

    /// Imports that the module's line does not allow.
    static func wrongImports(in file: SourceFile) -> [Finding] {
        guard file.path.hasPrefix("Sources/") else { return [] }
        guard let permission = self.permissions[file.module] else {
            return [file.finding(atLine: 0, "\(file.module) has no line in ImportRules: say what it may import")]
        }
        return self.imports(in: file).filter { !self.allows(permission, $0.module) }.map {
            file.finding(atLine: $0.line, "\(file.module) must not import \($0.module)")
        }
    }

    private static func allows(_ permission: Permission, _ name: String) -> Bool {
        // The C library goes by other names elsewhere.
        let module = ["Musl", "Darwin"].contains(name) ? "Glibc" : name
        return switch permission {
        case .only(let names):
            names.contains { $0.hasSuffix("*") ? module.hasPrefix($0.dropLast()) : module == $0 }
        case .anythingBut(let names):
            !names.contains(module)
        }
    }

    /// The modules that a file imports, submodules and single declarations included, with the line (from 0) of each.
    static func imports(in file: SourceFile) -> [(line: Int, module: String)] {
        let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
        let levels: Set = ["public", "package", "internal", "private", "fileprivate"]
        var found: [(line: Int, module: String)] = []
        for (index, line) in file.view.codeLines.enumerated() {
            for statement in line.split(separator: ";") {
                let words = statement.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
                    .drop { $0.hasPrefix("@") || levels.contains($0) }
                guard words.first == "import" else { continue }
                let named = words.dropFirst().drop { kinds.contains($0) }.first
                guard let module = named?.split(separator: ".").first else { continue }
                found.append((index, String(module)))
            }
        }
        return found
    }
}
