import FoundationEssentials
import Glibc

/// Reads the configuration from a file and the environment of the process.
enum ConfigurationFile {
    /// A configuration is a page of text; anything larger is another file.
    private static let maxBytes = 1 << 20

    static func load(_ path: String) throws(ConfigurationError) -> Configuration {
        let yaml = try self.read(path)
        let environment = ProcessInfo.processInfo.environment
        var configuration = try Configuration.load(yaml: yaml, file: path, environment: environment)
        configuration.digest = Digest.sha256(yaml)
        return configuration
    }

    private static func read(_ path: String) throws(ConfigurationError) -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw self.unreadable(path, unsafe String(cString: strerror(errno))) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(file, &buffer, buffer.count)
            guard count >= 0 else { throw self.unreadable(path, unsafe String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= self.maxBytes else { throw self.unreadable(path, "larger than 1 MiB") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw self.unreadable(path, "not UTF-8 text") }
        return text
    }

    private static func unreadable(_ path: String, _ why: String) -> ConfigurationError {
        ConfigurationError(
            file: path,
            problems: [
                ConfigurationProblem(
                    key: "(file)",
                    origin: .file,
                    problem: "cannot be read: \(why)",
                    remedy: "give a readable YAML file with --config"
                )
            ]
        )
    }
}
