import NIOSSL
import Simulation

/// The certificates of the venues, and the authority to trust for them. They live as long as the process.
struct Credentials {
    /// What is shown where nothing is ordered, and what is shown when it is.
    private let context: NIOSSLContext
    private let faulty: [CertificateFault: NIOSSLContext]
    let authorityPEM: String
    /// Where the authority's certificate was written; absolute, so that it may be named anywhere.
    let authorityPath: String

    /// Makes keys and certificates, and writes the authority's certificate into a folder.
    ///
    /// - Parameters:
    ///   - names: Host names and addresses that the certificate is for.
    ///   - fault: What is wrong with it.
    ///   - folder: Where `ca.pem` goes; it is made when absent.
    /// - Throws: `ExitCode`, after saying why.
    init(names: [String], fault: CertificateFault?, folder: String) throws {
        do {
            let maker = try CertificateMaker(names: names)
            self.authorityPEM = try maker.authorityPEM()
            self.context = try Self.context(maker.server(fault), key: maker.serverKey())
            var faulty: [CertificateFault: NIOSSLContext] = [:]
            for fault in CertificateFault.allCases {
                faulty[fault] = try Self.context(maker.server(fault), key: maker.serverKey())
            }
            self.faulty = faulty
        } catch {
            throw Failure(code: 70, "exchange-sim: cannot make certificates: \(error)").report()
        }
        Files.makeFolder(folder)
        let path = folder + "/ca.pem"
        guard Files.replace(path, with: self.authorityPEM), let absolute = Files.absolute(path) else {
            throw Failure(code: 73, "exchange-sim: cannot write \(path)").report()
        }
        self.authorityPath = absolute
    }

    func context(_ fault: CertificateFault?) -> NIOSSLContext { fault.flatMap { self.faulty[$0] } ?? self.context }

    private static func context(_ certificate: [UInt8], key: [UInt8]) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: certificate, format: .der))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .der))
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }

    /// A section of arb1d's configuration that watches these venues.
    func configuration(_ ports: [(name: String, port: Int)]) -> String {
        let path = self.authorityPath.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let lines = ports.map { name, port in
            """
              \(name):
                rest: "https://localhost:\(port)"
                websocket: "wss://localhost:\(port)"
                ca_file: "\(path)"
            """
        }
        return (["# For arb1d's configuration:", "venues:"] + lines).joined(separator: "\n")
    }
}
