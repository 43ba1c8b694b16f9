package import Core
package import PKI
package import TalosConfig

/// The cluster's secrets bundle, sealed at rest, and the client identities made from it.
package actor SecretsVault {
    private let directory: StateDirectory
    private let clock: any WallClock
    private var opened: SecretsBundle?
    private var talosIdentity: Identity?
    private var kubernetesIdentity: Identity?

    package init(directory: StateDirectory, clock: any WallClock) {
        self.directory = directory
        self.clock = clock
    }

    /// Whether the sealed file exists.
    package nonisolated var exists: Bool { FileStore.exists(directory.secrets) }

    /// The bundle.
    ///
    /// - Throws: ``Fault`` `notFound` before it has been created, `corrupted` when it cannot be opened.
    package func bundle() throws -> SecretsBundle {
        if let opened { return opened }
        let sealer = try Sealer(keyFile: FileStore.read(directory.sealingKey, limit: 4096))
        let text = try sealer.open(FileStore.read(directory.secrets))
        let bundle = try SecretsBundle(yaml: String(decoding: text, as: UTF8.self), file: directory.secrets)
        opened = bundle
        return bundle
    }

    /// Makes the bundle and stores it sealed. Its first use comes only after it is durable.
    package func create(contract: TalosContract) throws {
        if !FileStore.exists(directory.sealingKey) {
            try FileStore.replace(directory.sealingKey, with: Array(Base64.encode(Random.bytes(32)).utf8))
        }
        let sealer = try Sealer(keyFile: FileStore.read(directory.sealingKey, limit: 4096))
        let bundle = try SecretsBundle.generate(contract: contract, clock: clock)
        try FileStore.replace(directory.secrets, with: sealer.seal(Array(bundle.yaml().utf8)))
        opened = bundle
    }

    /// A client identity for the Talos API with the role `os:admin`.
    package func talosAdmin() throws -> Identity {
        if let talosIdentity { return talosIdentity }
        let identity = try bundle().talosClient(roles: ["os:admin"], clock: clock)
        talosIdentity = identity
        return identity
    }

    /// A client identity for the Kubernetes API in the group `system:masters`.
    package func kubernetesAdmin() throws -> Identity {
        if let kubernetesIdentity { return kubernetesIdentity }
        let identity = try bundle().kubernetesAdmin(clock: clock)
        kubernetesIdentity = identity
        return identity
    }
}
