internal import COpenSSL
import Core
import Glibc

/// Reads the parts of an OpenSSL certificate, which must outlive it, into Swift values.
struct CertificateReader {
    let certificate: OpaquePointer

    func name(_ name: OpaquePointer?) -> Certificate.Subject {
        .init(
            commonName: entries(of: name, NID_commonName).last,
            organizations: entries(of: name, NID_organizationName))
    }

    private func entries(of name: OpaquePointer?, _ identifier: Int32) -> [String] {
        var texts: [String] = []
        var index = X509_NAME_get_index_by_NID(name, identifier, -1)
        while index >= 0 {
            let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index))
            var utf8: UnsafeMutablePointer<UInt8>?
            let length = ASN1_STRING_to_UTF8(&utf8, value)
            if let utf8 {
                texts.append(
                    String(decoding: UnsafeBufferPointer(start: utf8, count: Int(max(length, 0))), as: UTF8.self))
                CRYPTO_free(utf8, nil, 0)
            }
            index = X509_NAME_get_index_by_NID(name, identifier, index)
        }
        return texts
    }

    func alternativeNames() -> (dns: [String], ip: [IPAddress]) {
        var (dns, ip) = ([String](), [IPAddress]())
        guard let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return (dns, ip) }
        let names = OpaquePointer(raw)
        defer { GENERAL_NAMES_free(names) }
        for index in 0..<max(OPENSSL_sk_num(names), 0) {
            guard let entry = OPENSSL_sk_value(names, index) else { continue }
            let name = entry.assumingMemoryBound(to: GENERAL_NAME.self)
            var kind: Int32 = 0
            guard let value = GENERAL_NAME_get0_value(name, &kind) else { continue }
            let bytes = octets(of: value.assumingMemoryBound(to: ASN1_STRING.self))
            if kind == GEN_DNS { dns.append(String(decoding: bytes, as: UTF8.self)) }
            if kind == GEN_IPADD, let address = IPAddress(octets: bytes) { ip.append(address) }
        }
        return (dns, ip)
    }

    func time(_ time: UnsafePointer<ASN1_TIME>?) throws(Fault) -> Timestamp {
        var fields = tm()
        guard ASN1_TIME_to_tm(time, &fields) == 1 else {
            throw .openSSL(.corrupted, "the certificate's validity cannot be read")
        }
        return Timestamp(seconds: Int64(timegm(&fields)))
    }

    func serial() -> [UInt8] {
        guard let number = X509_get0_serialNumber(certificate) else { return [] }
        return Array(octets(of: number).drop { $0 == 0 })
    }

    private func octets(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
    }
}
