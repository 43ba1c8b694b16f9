private import COpenSSL
package import Core

/// An X.509 certificate (RFC 5280) and what the project reads of it.
package struct Certificate: Sendable {
    /// Owns an `X509`.
    final class Handle: @unchecked Sendable {  // A finished X509 may be read from many threads.
        let pointer: OpaquePointer

        init(owning pointer: OpaquePointer) {
            self.pointer = pointer
        }

        deinit {
            X509_free(pointer)
        }
    }

    /// The parts of a distinguished name that decide who somebody is to Talos and Kubernetes.
    package struct Subject: Sendable, Hashable {
        package var commonName: String?
        /// Role names for Talos, groups for Kubernetes.
        package var organizations: [String]

        package init(commonName: String? = nil, organizations: [String] = []) {
            self.commonName = commonName
            self.organizations = organizations
        }
    }

    let handle: Handle
    package let der: [UInt8]
    package let subject: Subject
    package let issuer: Subject
    package let dnsNames: [String]
    package let ipAddresses: [IPAddress]
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    /// Whether basic constraints say that it may sign certificates.
    package let isAuthority: Bool
    /// The serial number, big-endian without leading zeros.
    package let serial: [UInt8]
    /// SubjectPublicKeyInfo as DER.
    package let publicKeySPKI: [UInt8]

    /// Reads one certificate.
    ///
    /// - Throws: ``Fault`` `corrupted`.
    package init(der: [UInt8]) throws(Fault) {
        let read = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let certificate = d2i_X509(nil, &cursor, buffer.count)
            return (certificate: certificate, isWhole: cursor == buffer.baseAddress.map { $0 + buffer.count })
        }
        guard let pointer = read.certificate else { throw .openSSL(.corrupted, "the certificate cannot be read") }
        let handle = Handle(owning: pointer)
        guard read.isWhole else { throw Fault(.corrupted, "bytes follow the certificate") }
        try self.init(handle: handle, der: der)
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// - Throws: ``Fault`` `corrupted`.
    package init(pem: String) throws(Fault) {
        guard let block = try PEM.blocks(pem).first(where: { $0.label == "CERTIFICATE" }) else {
            throw Fault(.corrupted, "the text holds no certificate")
        }
        try self.init(der: block.der)
    }

    init(handle: Handle, der: [UInt8]) throws(Fault) {
        let reader = CertificateReader(certificate: handle.pointer)
        self.handle = handle
        self.der = der
        subject = reader.name(X509_get_subject_name(handle.pointer))
        issuer = reader.name(X509_get_issuer_name(handle.pointer))
        (dnsNames, ipAddresses) = reader.alternativeNames()
        notBefore = try reader.time(X509_get0_notBefore(handle.pointer))
        notAfter = try reader.time(X509_get0_notAfter(handle.pointer))
        isAuthority = X509_get_extension_flags(handle.pointer) & UInt32(EXFLAG_CA) != 0
        serial = reader.serial()
        publicKeySPKI = encodedDER { i2d_X509_PUBKEY(X509_get_X509_PUBKEY(handle.pointer), $0) } ?? []
    }

    /// All certificates of a PEM text, in order.
    package static func all(pem: String) throws(Fault) -> [Certificate] {
        var all: [Certificate] = []
        for block in try PEM.blocks(pem) where block.label == "CERTIFICATE" {
            all.append(try Certificate(der: block.der))
        }
        return all
    }

    package var pem: String { PEM.Block(label: "CERTIFICATE", der: der).text }

    /// SHA-256 of the whole certificate.
    package var sha256: [UInt8] { SHA256.hash(der) }

    /// Standard Base64 of SHA-256 over SubjectPublicKeyInfo: the pin of `talosctl --cert-fingerprint` and of libcurl.
    package var spkiFingerprint: String { Base64.encode(SHA256.hash(publicKeySPKI)) }

    /// Whether the issuer's name, key identifier and key usage fit and its key verifies the signature.
    ///
    /// Validity is not looked at: see ``isValid(at:)``.
    package func isSigned(by issuer: Certificate) -> Bool {
        defer { ERR_clear_error() }
        guard let key = X509_get0_pubkey(issuer.handle.pointer) else { return false }
        return X509_check_issued(issuer.handle.pointer, handle.pointer) == X509_V_OK
            && X509_verify(handle.pointer, key) == 1
    }

    package func isValid(at moment: Timestamp) -> Bool { notBefore <= moment && moment <= notAfter }

    /// Whether a private key is the other half of this certificate's public key.
    package func matches(_ key: PrivateKey) -> Bool { publicKeySPKI == key.publicKeySPKI }
}

extension Certificate: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.der == right.der }
    package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension Certificate: CustomStringConvertible {
    package var description: String {
        let names = [subject.commonName.map { "CN=\($0)" }] + subject.organizations.map { "O=\($0)" }
        return "certificate \(names.compactMap(\.self).joined(separator: ",")) until \(notAfter.wholeSeconds)"
    }
}
