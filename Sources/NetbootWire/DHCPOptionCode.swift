/// The number of a DHCPv4 option (RFC 2132 and the IANA registry).
package struct DHCPOptionCode: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let pad = Self(rawValue: 0)
    package static let subnetMask = Self(rawValue: 1)
    package static let router = Self(rawValue: 3)
    package static let domainNameServers = Self(rawValue: 6)
    package static let hostName = Self(rawValue: 12)
    package static let domainName = Self(rawValue: 15)
    package static let broadcastAddress = Self(rawValue: 28)
    package static let timeServers = Self(rawValue: 42)
    package static let vendorSpecific = Self(rawValue: 43)
    package static let requestedAddress = Self(rawValue: 50)
    package static let leaseTime = Self(rawValue: 51)
    package static let overload = Self(rawValue: 52)
    package static let messageType = Self(rawValue: 53)
    package static let serverIdentifier = Self(rawValue: 54)
    package static let parameterList = Self(rawValue: 55)
    package static let message = Self(rawValue: 56)
    package static let maximumSize = Self(rawValue: 57)
    package static let renewalTime = Self(rawValue: 58)
    package static let rebindingTime = Self(rawValue: 59)
    package static let vendorClass = Self(rawValue: 60)
    package static let clientIdentifier = Self(rawValue: 61)
    package static let tftpServerName = Self(rawValue: 66)
    package static let bootFileName = Self(rawValue: 67)
    package static let userClass = Self(rawValue: 77)
    package static let relayAgent = Self(rawValue: 82)
    package static let clientArchitecture = Self(rawValue: 93)
    package static let networkInterface = Self(rawValue: 94)
    package static let machineIdentifier = Self(rawValue: 97)
    package static let ipxe = Self(rawValue: 175)
    package static let end = Self(rawValue: 255)
}
