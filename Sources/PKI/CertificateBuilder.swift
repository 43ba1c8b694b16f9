private import COpenSSL
import Core

/// Puts a certificate together and signs it.
struct CertificateBuilder {
    var commonName: String?
    var organizations: [String]
    var notBefore: Timestamp
    var notAfter: Timestamp
    var publicKey: PrivateKey
    var extensions: CertificateExtensions

    /// - Parameter issuer: nil for a certificate that signs itself.
    func sign(issuer: Certificate?, key: PrivateKey) throws(Fault) -> Certificate {
        guard let pointer = X509_new() else { throw .openSSL("cannot make a certificate") }
        let certificate = Certificate.Handle(owning: pointer)
        let subject = try makeSubject()
        defer { X509_NAME_free(subject) }
        let issuerName = issuer.map { X509_get_subject_name($0.handle.pointer) } ?? subject
        try check(X509_set_version(pointer, 2), "version")
        try setSerial(of: pointer)
        try check(X509_set_subject_name(pointer, subject), "subject")
        try check(X509_set_issuer_name(pointer, issuerName), "issuer")
        try setValidity(of: pointer)
        try check(X509_set_pubkey(pointer, publicKey.handle.pointer), "public key")
        for entry in extensions.entries { try add(entry, to: pointer) }
        let digest = key.algorithm == .ed25519 ? nil : EVP_sha256()
        guard X509_sign(pointer, key.handle.pointer, digest) > 0, let der = encodedDER({ i2d_X509(pointer, $0) }) else {
            throw .openSSL("cannot sign the certificate")
        }
        withExtendedLifetime(certificate) {}
        return try Certificate(der: der)
    }

    /// O before CN, each as its own relative name, in the order of crypto/x509 of Go.
    private func makeSubject() throws(Fault) -> OpaquePointer {
        guard let name = X509_NAME_new() else { throw .openSSL("cannot make a certificate's name") }
        do throws(Fault) {
            for organization in organizations { try add(NID_organizationName, organization, to: name) }
            if let commonName { try add(NID_commonName, commonName, to: name) }
        } catch {
            X509_NAME_free(name)
            throw error
        }
        return name
    }

    private func add(_ identifier: Int32, _ text: String, to name: OpaquePointer) throws(Fault) {
        let bytes = Array(text.utf8)
        guard
            X509_NAME_add_entry_by_NID(name, identifier, MBSTRING_FLAG | 0, bytes, Int32(bytes.count), -1, 0) == 1
        else {
            let fault = Fault.openSSL("")
            throw Fault(.usage, "\"\(text)\" cannot stand in a certificate's name", why: fault.why)
        }
    }

    /// 128 random bits; the highest is clear and the second highest set, so that the length is always the same.
    private func setSerial(of certificate: OpaquePointer) throws(Fault) {
        var bytes = Random.bytes(16)
        bytes[0] = bytes[0] & 0x3F | 0x40
        guard let number = BN_bin2bn(bytes, Int32(bytes.count), nil) else {
            throw .openSSL("cannot make a serial number")
        }
        defer { BN_free(number) }
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
            throw .openSSL("cannot set the certificate's serial number")
        }
    }

    private func setValidity(of certificate: OpaquePointer) throws(Fault) {
        guard notBefore < notAfter else { throw Fault(.usage, "a certificate's validity must end after it begins") }
        guard ASN1_TIME_set(X509_getm_notBefore(certificate), Int(notBefore.seconds)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(certificate), Int(notAfter.seconds)) != nil
        else { throw .openSSL("cannot set the certificate's validity") }
    }

    private func add(_ entry: CertificateExtensions.Entry, to certificate: OpaquePointer) throws(Fault) {
        guard let value = ASN1_OCTET_STRING_new() else { throw .openSSL("cannot make a certificate's extension") }
        defer { ASN1_OCTET_STRING_free(value) }
        try check(ASN1_OCTET_STRING_set(value, entry.der, Int32(entry.der.count)), "extension")
        let made = X509_EXTENSION_create_by_NID(nil, entry.identifier, entry.isCritical ? 1 : 0, value)
        defer { X509_EXTENSION_free(made) }
        try check(X509_add_ext(certificate, made, -1), "extension")
    }

    private func check(_ result: Int32, _ part: String) throws(Fault) {
        guard result == 1 else { throw .openSSL("cannot set the certificate's \(part)") }
    }
}
