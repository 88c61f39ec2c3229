import Alerts
import FoundationEssentials

/// Reads the configuration from a file and the environment of the process.
enum ConfigurationFile {
    /// A configuration is a page of text; anything larger is another file.
    private static let maxBytes = 1 << 20

    static func load(_ path: String) throws(ConfigurationError) -> Configuration {
        let yaml = try self.read(path)
        let environment = ProcessInfo.processInfo.environment
        var configuration = try Configuration.load(yaml: yaml, file: path, environment: environment)
        configuration.digest = Digest.sha256(yaml)
        try self.readSecrets(of: &configuration, file: path)
        return configuration
    }

    private static func read(_ path: String) throws(ConfigurationError) -> String {
        let bytes: [UInt8]
        do { bytes = try SmallFile.bytes(of: path, atMost: self.maxBytes) } catch {
            throw self.unreadable(path, error.why)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw self.unreadable(path, "not UTF-8 text") }
        return text
    }

    /// Reads what the files of the webhooks' secrets hold.
    private static func readSecrets(
        of configuration: inout Configuration,
        file: String
    ) throws(ConfigurationError) {
        var problems: [ConfigurationProblem] = []
        for (index, webhook) in configuration.webhooks.enumerated() {
            guard let path = webhook.secretFile else { continue }
            var why = "empty"
            do throws(SmallFile.ReadError) {
                let bytes = try SmallFile.bytes(of: path, atMost: 4_096)
                configuration.webhooks[index].secret = Configuration.Secret(bytes: bytes)
                if WebhookSecret(fileContents: bytes) != nil { continue }
            } catch {
                why = error.why
            }
            problems.append(
                ConfigurationProblem(
                    key: "webhooks.\(webhook.name).secret_file",
                    origin: .file,
                    // Not what is written there: it may be the secret itself.
                    problem: "the file cannot be used: \(why)",
                    remedy: "name a readable file that holds the secret, or take the key out"
                )
            )
        }
        if !problems.isEmpty { throw ConfigurationError(file: file, problems: problems) }
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
