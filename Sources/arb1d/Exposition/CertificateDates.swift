import COpenSSL
import Metrics

/// When the certificates that we were given end: of each file the one that ends first.
enum CertificateDates {
    static func register(in registry: Registry, configuration: Configuration) {
        let family = SampledFamily(
            "arb1d_tls_certificate_not_after_timestamp_seconds",
            kind: .gauge,
            help: "When the first certificate of a file ends, as the file was at start; by the key that names it.",
            labels: ["certificate"]
        )
        let ends = self.files(of: configuration).compactMap { key, path in
            (try? SmallFile.bytes(of: path, atMost: 1 << 22)).flatMap(self.firstEnd).map { (key, $0) }
        }
        registry.collect([family]) { sink in
            for (key, seconds) in ends { sink.add(0, [key], seconds) }
        }
    }

    private static func files(of configuration: Configuration) -> [(key: String, path: String)] {
        let venues = configuration.venues.map { ("venues.\($0.name).ca_file", $0.caFile) }
        let webhooks = configuration.webhooks.map { ("webhooks.\($0.name).ca_file", $0.caFile) }
        return (venues + webhooks).compactMap { key, path in path.map { (key, $0) } }
    }

    /// Seconds since 1970 at which the first of the certificates in a PEM text ends; nil when there is none.
    static func firstEnd(_ pem: [UInt8]) -> Double? {
        unsafe pem.withUnsafeBytes { bytes in
            guard let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                return nil
            }
            defer { unsafe BIO_free(source) }
            let epoch = unsafe ASN1_TIME_set(nil, 0)
            defer { unsafe ASN1_TIME_free(epoch) }
            var first: Double?
            while let certificate = unsafe PEM_read_bio_X509(source, nil, nil, nil) {
                defer { unsafe X509_free(certificate) }
                var (days, seconds): (Int32, Int32) = (0, 0)
                let end = unsafe X509_get0_notAfter(certificate)
                guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, end) == 1 else { continue }
                let instant = Double(days) * 86_400 + Double(seconds)
                first = min(first ?? instant, instant)
            }
            // The end of the text is an error to the library, which would tell it to whoever asks next.
            ERR_clear_error()
            return first
        }
    }
}
