import Foundation
import NIOSSL

/// A certificate authority and a server certificate for loopback, made for one test run with the `openssl` command.
struct Certificates {
    let directory: URL

    /// The authority's own certificate: whoever trusts it trusts the server.
    var caFile: String { self.directory.appending(path: "ca.pem").path }

    init() throws {
        self.directory = FileManager.default.temporaryDirectory.appending(path: "arb1d-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try self.openssl(
            ["req", "-x509", "-days", "2", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem"] + key
        )
        try self.openssl(["req", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"] + key)
        try Data("subjectAltName=DNS:localhost".utf8).write(to: self.directory.appending(path: "names"))
        try self.openssl([
            "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "server.pem",
        ])
    }

    func serverContext() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(self.directory.appending(path: "server.pem").path)
        let key = try NIOSSLPrivateKey(file: self.directory.appending(path: "server.key").path, format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
        )
    }

    func remove() { try? FileManager.default.removeItem(at: self.directory) }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = self.directory
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}
