package import Core
package import Inventory

/// Where a cluster's journal, plans and boot state live. It holds no rules of its own.
package protocol Store: Sendable {
    /// All records in the order of their sequence. Blocks for the disk.
    func records() throws -> [JournalRecord]

    /// Appends one record; returns when it is durable. Blocks until then.
    func append(_ record: JournalRecord) throws

    /// The plan that was committed last.
    func currentPlan() async throws -> Plan?

    /// Makes a plan the current one, if the current one is still `parent`.
    func commit(_ plan: Plan, parent: String?) async throws

    /// The checksum pinned for an asset at its first verified download.
    func pin(of asset: String) async throws -> String?
    func setPin(_ sha256: String, of asset: String) async throws

    /// What is known of a machine of the plan, by node name.
    func machine(_ node: String) async throws -> MachineRecord
    func update(_ node: String, _ change: @Sendable @escaping (inout MachineRecord) -> Void) async throws

    /// Stores a one-time token by its hash. The newest few of a node are good.
    func issue(_ token: ConfigToken) async throws
    func token(hash: String) async throws -> ConfigToken?
    /// Marks a token, and all others of its node, as used. False when it has been used before.
    func spend(hash: String) async throws -> Bool
}

/// What has been seen of a machine that boots from us.
package struct MachineRecord: Sendable, Hashable, Codable {
    /// When it was last seen in DHCP, TFTP or HTTP, in milliseconds since 1970.
    package var lastSeen: Int64?
    /// What it did then, for people.
    package var activity: String?
    /// The address it had.
    package var address: String?
    /// The SHA-256 of the machine config that was delivered to it.
    package var deliveredConfig: String?
    /// Whether it has been seen running from its own disk with our config.
    package var isInstalled = false
    /// The public-key fingerprint of its maintenance API, learnt from its kernel log.
    package var fingerprint: String?

    package init() {}
}

/// The right to fetch one machine config once.
package struct ConfigToken: Sendable, Hashable {
    /// SHA-256 of the token in hexadecimal; the token itself is never stored.
    package var hash: String
    package var node: String
    /// The address that may use it, where known.
    package var address: String?
    package var expires: Timestamp

    package init(hash: String, node: String, address: String?, expires: Timestamp) {
        self.hash = hash
        self.node = node
        self.address = address
        self.expires = expires
    }
}
