import Simulation

/// A certificate authority of one run.
private struct Authority: ~Copyable {
    let key: KeyPair
    let certificate: Certificate

    init() throws(CryptoError) {
        let key = try KeyPair()
        let claims = CertificateClaims(commonName: "exchange-sim test authority", use: .authority)
        let certificate = try Certificate(claims, signedBy: key)
        self.key = key
        self.certificate = certificate
    }
}

/// Makes the certificates of one run: good ones, and those with something wrong.
struct CertificateMaker: ~Copyable {
    private let names: [String]
    private let key: KeyPair
    private let authority: Authority
    /// Of the same name, so that nothing but the signature tells the two apart.
    private let other: Authority

    init(names: [String]) throws(CryptoError) {
        let key = try KeyPair()
        let authority = try Authority()
        let other = try Authority()
        self.names = names
        self.key = key
        self.authority = authority
        self.other = other
    }

    func authorityPEM() throws(CryptoError) -> String { try self.authority.certificate.pem() }

    func serverKey() throws(CryptoError) -> [UInt8] { try self.key.der() }

    func server(_ fault: CertificateFault?) throws(CryptoError) -> [UInt8] {
        let names = fault == .wrongHost ? ["other.example"] : self.names
        var claims = CertificateClaims(commonName: names.first ?? "", use: .server(names: names))
        if fault == .expired { claims.validity = .untilYesterday }
        switch fault {
        case .selfSigned: return try Certificate(claims, signedBy: self.key).der()
        case .otherCA:
            return try self.certificate(claims, by: self.other)
        case .expired, .wrongHost, nil:
            return try self.certificate(claims, by: self.authority)
        }
    }

    private func certificate(_ claims: CertificateClaims, by authority: borrowing Authority) throws(CryptoError)
        -> [UInt8]
    {
        try Certificate(claims, of: self.key, issuer: authority.certificate, issuerKey: authority.key).der()
    }
}
