internal import COpenSSL
import Core

/// The extensions of a certificate (RFC 5280 4.2), ready to be put in.
struct CertificateExtensions {
    struct Entry {
        /// OpenSSL's number of the extension.
        var identifier: Int32
        var isCritical: Bool
        var der: [UInt8]
    }

    var entries: [Entry]

    static func authority(subjectKeyIdentifier: [UInt8]) -> CertificateExtensions {
        CertificateExtensions(entries: [
            keyUsage([.digitalSignature, .keyCertSign]),
            extendedKeyUsage([serverAuthentication, clientAuthentication]),
            Entry(identifier: NID_basic_constraints, isCritical: true, der: DER.sequence([DER.boolean(true)])),
            Entry(identifier: NID_subject_key_identifier, isCritical: false, der: DER.octets(subjectKeyIdentifier)),
        ])
    }

    static func leaf(
        _ request: CertificateRequest, authorityKeyIdentifier: [UInt8]
    ) throws(Fault) -> CertificateExtensions {
        let purposes =
            switch request.usage {
            case .server: [serverAuthentication]
            case .client: [clientAuthentication]
            case .serverAndClient: [serverAuthentication, clientAuthentication]
            }
        var entries = [keyUsage(request.keyUsage), extendedKeyUsage(purposes)]
        if !authorityKeyIdentifier.isEmpty {
            let der = DER.sequence([DER.context(0, authorityKeyIdentifier)])
            entries.append(Entry(identifier: NID_authority_key_identifier, isCritical: false, der: der))
        }
        if let names = try alternativeNames(request) { entries.append(names) }
        return CertificateExtensions(entries: entries)
    }

    /// The identifier of a public key: the first 160 bits of SHA-256 over it (RFC 7093 section 2, method 1).
    static func keyIdentifier(_ key: PrivateKey) -> [UInt8] {
        Array(SHA256.hash(key.publicKeySPKI).prefix(20))
    }

    private static let serverAuthentication: [UInt] = [1, 3, 6, 1, 5, 5, 7, 3, 1]
    private static let clientAuthentication: [UInt] = [1, 3, 6, 1, 5, 5, 7, 3, 2]

    private static func keyUsage(_ usage: CertificateRequest.KeyUsage) -> Entry {
        Entry(identifier: NID_key_usage, isCritical: true, der: DER.namedBits(usage.bits))
    }

    private static func extendedKeyUsage(_ purposes: [[UInt]]) -> Entry {
        let der = DER.sequence(purposes.map(DER.objectIdentifier))
        return Entry(identifier: NID_ext_key_usage, isCritical: false, der: der)
    }

    /// Critical when the subject is empty (RFC 5280 4.1.2.6).
    private static func alternativeNames(_ request: CertificateRequest) throws(Fault) -> Entry? {
        var names: [[UInt8]] = []
        for name in request.dnsNames {
            let isPlain = name.utf8.allSatisfy { 0x21...0x7E ~= $0 }
            guard isPlain, 1...253 ~= name.utf8.count else {
                throw Fault(.usage, "\"\(name)\" cannot stand in a certificate as a DNS name")
            }
            names.append(DER.context(2, Array(name.utf8)))
        }
        names += request.ipAddresses.map { DER.context(7, $0.octets) }
        guard !names.isEmpty else { return nil }
        let hasSubject = request.commonName != nil || !request.organizations.isEmpty
        return Entry(identifier: NID_subject_alt_name, isCritical: !hasSubject, der: DER.sequence(names))
    }
}

extension Certificate {
    /// The subject key identifier, or nothing when there is none.
    var subjectKeyIdentifier: [UInt8] {
        guard let identifier = X509_get0_subject_key_id(handle.pointer) else { return [] }
        let length = Int(ASN1_STRING_length(identifier))
        return Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(identifier), count: length))
    }
}
