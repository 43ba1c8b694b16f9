package import Core
import FoundationEssentials

/// What a running lab tells about itself: the content of `lab.json`, written once everything listens.
package struct LabDescription: Codable, Sendable, Hashable {
    /// The addresses and ports at which the lab's machines expect the product's services.
    package struct Provisioning: Codable, Sendable, Hashable {
        package var address: IPAddress
        package var dhcpPort: Int
        package var proxyPort: Int
        package var tftpPort: Int
        package var httpPort: Int
        /// Where the product may listen for kernel logs.
        package var logPort: Int
    }

    /// One machine of the rack.
    package struct Node: Codable, Sendable, Hashable {
        package var name: String
        /// `control-plane` or `worker`: what the lab proposes; the machine itself does not know it.
        package var role: String
        package var mac: MACAddress
        package var uuid: MachineUUID
        package var serial: String
        package var address: IPAddress
        /// The disk meant for the system; the machine has others.
        package var diskWWID: String
        package var diskSerial: String
    }

    package var pid: Int32
    /// The second octet of all addresses.
    package var network: UInt8
    package var subnet: CIDR
    package var gateway: IPAddress
    package var provisioning: Provisioning
    package var vip: IPAddress
    /// The mirror of the internet: `https://host/path` is found at `<files>host/path`. Ends with a slash.
    package var files: String
    /// `host:port` of the registry, which speaks plain HTTP.
    package var registry: String
    /// The `oci://` URL of the platform's source in that registry, without tag or digest.
    package var source: String
    /// The digest of the platform's source, `sha256:…`.
    package var sourceDigest: String
    package var release: String
    package var nodes: [Node]
    /// The file with one JSON line for each call that any service of the lab has answered.
    package var accessLog: String
}

extension LabDescription {
    /// The name of the file below the lab's directory.
    package static let fileName = "lab.json"

    /// Reads the description that a lab has left in its directory; whether that lab still runs is another question.
    ///
    /// - Throws: ``Fault`` `notFound`, or `corrupted`.
    package static func read(directory: String) throws(Fault) -> LabDescription {
        let path = "\(directory)/\(fileName)"
        let bytes = try FileStore.read(path, limit: 4 << 20)
        do {
            return try JSONDecoder().decode(LabDescription.self, from: Data(bytes))
        } catch {
            throw Fault(.corrupted, "the file does not describe a lab", at: path, cause: error)
        }
    }

    /// Writes `lab.json`, atomically.
    package func write(directory: String) throws(Fault) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let path = "\(directory)/\(Self.fileName)"
        let bytes: [UInt8]
        do {
            bytes = Array(try encoder.encode(self))
        } catch {
            throw Fault(.failed, "cannot describe the lab", at: path, cause: error)
        }
        try FileStore.replace(path, with: bytes + [0x0A])
    }
}

extension LabDescription.Provisioning {
    /// The unprivileged ports that a lab's machines use in the place of 67, 69 and 80.
    static func standard(_ address: IPAddress) -> Self {
        Self(address: address, dhcpPort: 6767, proxyPort: 4011, tftpPort: 6969, httpPort: 8080, logPort: 6050)
    }
}
