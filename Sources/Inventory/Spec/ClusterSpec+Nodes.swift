package import Core
import YAML

/// A node of `cluster.yaml`.
package struct NodeSpec: Sendable, Hashable {
    package enum Role: String, Sendable, Hashable, Codable {
        case controlPlane = "control-plane"
        case worker
    }

    /// How a machine is recognised: everything that is given must fit.
    package struct Match: Sendable, Hashable, Codable {
        package var mac: MACAddress?
        package var uuid: MachineUUID?
        package var serial: String?
    }

    /// The disk that Talos is installed to, and that is wiped for it.
    package enum Disk: Sendable, Hashable {
        case wwid(String)
        case serial(String)
        /// Talos' `machine.install.diskSelector`; keys wwid, serial, model, size, type, busPath, modalias.
        case selector([String: String])

        /// The disk as Talos' `machine.install.diskSelector`.
        package var selector: [String: String] {
            switch self {
            case .wwid(let text): ["wwid": text]
            case .serial(let text): ["serial": text]
            case .selector(let fields): fields
            }
        }
    }

    /// The board management controller that switches the machine.
    package struct BMC: Sendable, Hashable, Codable {
        package enum Scheme: String, Sendable, Hashable, Codable {
            case redfish, ipmi
        }

        /// `host` or `host:port`.
        package var address: String
        package var `protocol`: Scheme
        package var username: String
        /// The path of a file whose first line is the password.
        package var passwordFile: String
    }

    package var name: String
    package var role: Role
    package var match: Match
    package var address: IPAddress
    package var disk: Disk
    package var bmc: BMC?
    package var labels: [String: String]
    /// Machine-config patches as YAML text.
    package var patches: [String]
}

extension NodeSpec.Disk: Codable {
    private enum CodingKeys: CodingKey { case wwid, serial, selector }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let text = try container.decodeIfPresent(String.self, forKey: .wwid) {
            self = .wwid(text)
        } else if let text = try container.decodeIfPresent(String.self, forKey: .serial) {
            self = .serial(text)
        } else {
            self = .selector(try container.decode([String: String].self, forKey: .selector))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .wwid(let text): try container.encode(text, forKey: .wwid)
        case .serial(let text): try container.encode(text, forKey: .serial)
        case .selector(let fields): try container.encode(fields, forKey: .selector)
        }
    }
}

extension NodeSpec: Decodable {
    private enum CodingKeys: CodingKey { case name, role, match, address, disk, bmc, labels, patches }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        role = try container.decode(Role.self, forKey: .role)
        match = try container.decode(Match.self, forKey: .match)
        address = try container.decode(IPAddress.self, forKey: .address)
        disk = try container.decode(Disk.self, forKey: .disk)
        bmc = try container.decodeIfPresent(BMC.self, forKey: .bmc)
        labels = try container.decode([String: String].self, forKey: .labels)
        patches = try container.decode([Node].self, forKey: .patches).map { $0.string ?? YAML.emit($0) }
    }
}
