/// The Talos minor version that a machine config is written for.
///
/// It must never be newer than the Talos that reads the config, because unknown fields are refused.
package struct TalosContract: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `v1.13`, `1.13` or a whole version such as `v1.13.6`.
    package init?(_ text: some StringProtocol) {
        let digits = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard 2...3 ~= parts.count, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0 else {
            return nil
        }
        self.init(major: major, minor: minor)
    }

    package static let v112 = TalosContract(major: 1, minor: 12)
    package static let v113 = TalosContract(major: 1, minor: 13)

    /// Whether this project can write machine configs for it.
    package var isSupported: Bool { self == .v112 || self == .v113 }

    /// `v1.13`.
    package var description: String { "v\(major).\(minor)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
