import NIOSSL

/// The one certificate of all venues, and the authority to trust for it. They live as long as the process.
struct Credentials {
    let context: NIOSSLContext
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
    init(names: [String], fault: TLSFault?, folder: String) throws {
        do {
            let key = try KeyPair()
            let (authority, server) = try Self.certificates(names: names, fault: fault, key: key)
            self.authorityPEM = authority
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: [.certificate(try NIOSSLCertificate(bytes: server, format: .der))],
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: try key.der(), format: .der))
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            self.context = try NIOSSLContext(configuration: configuration)
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

    /// The authority as PEM, and the server's certificate as DER.
    private static func certificates(
        names: [String],
        fault: TLSFault?,
        key: borrowing KeyPair
    ) throws(CryptoError) -> (authority: String, server: [UInt8]) {
        let authorityClaims = CertificateClaims(commonName: "exchange-sim test authority", use: .authority)
        let authorityKey = try KeyPair()
        let authority = try Certificate(authorityClaims, signedBy: authorityKey)
        var names = names
        if fault == .wrongHost { names = ["other.example"] }
        var claims = CertificateClaims(commonName: names.first ?? "", use: .server(names: names))
        if fault == .expired { claims.validity = .untilYesterday }
        if fault == .selfSigned {
            return (try authority.pem(), try Certificate(claims, signedBy: key).der())
        }
        let server = try Certificate(claims, of: key, issuer: authority, issuerKey: authorityKey)
        guard fault == .otherCA else { return (try authority.pem(), try server.der()) }
        // Of the same name, so that nothing but the signature tells the two apart.
        return (try Certificate(authorityClaims, signedBy: try KeyPair()).pem(), try server.der())
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
