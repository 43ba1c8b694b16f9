import YAML

/// The disk that Talos is installed on.
package enum InstallDisk: Sendable, Hashable {
    /// A device path, for example `/dev/sda`: only safe where the order of disks never changes.
    case device(String)
    /// `machine.install.diskSelector`, with the keys of ``selectorKeys``. Best a wwid or serial.
    case selector([String: String])

    /// The keys that Talos knows; their values may be globs, `size` is a comparison such as `>= 100GB`.
    package static let selectorKeys = ["size", "model", "serial", "modalias", "uuid", "wwid", "type", "busPath"]

    /// `disk` or `diskSelector` of `machine.install`.
    var entry: (String, Node?) {
        switch self {
        case .device(let path): ("disk", .string(path))
        case .selector(let keys):
            ("diskSelector", .mapping(Self.selectorKeys.map { key in (key, keys[key].map(Node.string)) }))
        }
    }
}

extension InstallDisk: Codable {
    private enum Key: String, CodingKey { case device, selector }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let path = try container.decodeIfPresent(String.self, forKey: .device) {
            self = .device(path)
        } else {
            self = .selector(try container.decode([String: String].self, forKey: .selector))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .device(let path): try container.encode(path, forKey: .device)
        case .selector(let keys): try container.encode(keys, forKey: .selector)
        }
    }
}
