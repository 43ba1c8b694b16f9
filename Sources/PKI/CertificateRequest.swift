package import Core

/// What a certificate is to say about its holder.
package struct CertificateRequest: Sendable, Hashable {
    package enum Usage: Sendable, Hashable {
        /// Extended key usage serverAuth alone.
        case server
        /// Extended key usage clientAuth alone: Talos refuses a client that may do anything else.
        case client
        case serverAndClient
    }

    /// Key usage bits (RFC 5280 4.2.1.3).
    package struct KeyUsage: OptionSet, Sendable, Hashable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        package static let digitalSignature = KeyUsage(rawValue: 1 << 0)
        package static let keyEncipherment = KeyUsage(rawValue: 1 << 2)
        package static let keyCertSign = KeyUsage(rawValue: 1 << 5)

        /// The numbers of the bits that are set.
        var bits: Set<Int> { Set((0..<9).filter { rawValue & 1 << UInt16($0) != 0 }) }
    }

    package var commonName: String?
    package var organizations: [String]
    package var usage: Usage
    package var keyUsage: KeyUsage
    package var dnsNames: [String]
    package var ipAddresses: [IPAddress]
    /// How long it is valid, counted from now.
    package var validity: Duration
    /// How long before now validity begins, for peers whose clock is behind.
    package var backdate: Duration
    /// The algorithm of the new key; nil takes the authority's.
    package var keyAlgorithm: KeyAlgorithm?

    package init(
        commonName: String? = nil, organizations: [String] = [], usage: Usage, keyUsage: KeyUsage = .digitalSignature,
        dnsNames: [String] = [], ipAddresses: [IPAddress] = [], validity: Duration, backdate: Duration = .zero,
        keyAlgorithm: KeyAlgorithm? = nil
    ) {
        self.commonName = commonName
        self.organizations = organizations
        self.usage = usage
        self.keyUsage = keyUsage
        self.dnsNames = dnsNames
        self.ipAddresses = ipAddresses
        self.validity = validity
        self.backdate = backdate
        self.keyAlgorithm = keyAlgorithm
    }
}
