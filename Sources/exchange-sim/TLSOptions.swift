public import ArgumentParser
public import Simulation

/// Whether and how the venues speak TLS.
struct TLSOptions: ParsableArguments {
    @Flag(name: .customLong("tls"), help: "Serve all venues through TLS 1.2 and later; the control port stays plain.")
    var isOn = false

    @Option(
        name: .customLong("tls-dir"),
        help: ArgumentHelp(
            "Write ca.pem, the authority to trust, into this folder. (default: beside the ports file, or here)",
            valueName: "folder"
        )
    )
    var folder: String?

    @Option(
        name: .customLong("tls-names"),
        help: ArgumentHelp("Hosts that the certificate is for, separated by commas.", valueName: "names")
    )
    var names: HostNames = HostNames(names: ["localhost", "127.0.0.1", "::1"])

    @Option(name: .customLong("tls-fault"), help: "What is wrong with the certificate; clients must refuse it.")
    var fault: CertificateFault?

    func validate() throws {
        guard !self.isOn, self.folder != nil || self.fault != nil else { return }
        throw ValidationError("--tls-dir and --tls-fault need --tls")
    }

    func credentials(portsFile: String?) throws -> Credentials? {
        guard self.isOn else { return nil }
        let folder = self.folder ?? portsFile.map(Self.folder(of:)) ?? "."
        return try Credentials(names: self.names.names, fault: self.fault, folder: folder)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension CertificateFault: ExpressibleByArgument {}

/// `localhost,127.0.0.1`
struct HostNames: ExpressibleByArgument {
    let names: [String]

    init(names: [String]) { self.names = names }

    /// Only what host names and addresses are made of: the names end up in a text with commas and colons.
    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let allowed = names.allSatisfy { name in
            !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:*".contains($0)) }
        }
        guard allowed else { return nil }
        self.names = names
    }

    var defaultValueDescription: String { self.names.joined(separator: ",") }
}
