import Core
import Kubernetes
import PKI

/// What Helm remembers of a release: one Secret for each of its versions (`helm.sh/release.v1`).
struct HelmStorage: Sendable {
    /// One version of a release.
    struct Record: Sendable {
        let version: Int
        /// `deployed`, `superseded`, `failed`, `pending-install`, `uninstalling`, ...
        let status: String
        let secret: KubernetesObject
    }

    let client: KubernetesClient

    /// The records of a release, oldest first.
    func records(of release: String, in namespace: String) async throws -> [Record] {
        let secrets = try await client.list(.secret, namespace: namespace, labels: "name=\(release),owner=helm").items
        return secrets.compactMap { secret in
            guard let version = secret.labels["version"].flatMap({ Int($0) }) else { return nil }
            return Record(version: version, status: secret.labels["status"] ?? "unknown", secret: secret)
        }.sorted { $0.version < $1.version }
    }

    /// Writes a new record.
    func create(_ content: HelmRecord) async throws {
        try await client.create(secret(content), fieldManager: "helm-controller")
    }

    /// Writes a record again, with another status.
    func update(_ content: HelmRecord) async throws {
        try await client.replace(secret(content, isNew: false), fieldManager: "helm-controller")
    }

    /// Changes only the status of a record.
    func mark(_ record: Record, _ status: String, now: Timestamp) async throws {
        var labels: [String: JSON] = ["status": .string(status), "modifiedAt": .string(String(now.seconds))]
        labels["createdAt"] = .null
        try await client.mergePatch(
            .secret, record.secret.name, namespace: record.secret.namespace, ["metadata": ["labels": .object(labels)]],
            fieldManager: "helm-controller")
    }

    func delete(_ record: Record) async throws {
        try await client.delete(.secret, record.secret.name, namespace: record.secret.namespace)
    }

    private func secret(_ content: HelmRecord, isNew: Bool = true) -> KubernetesObject {
        let name = "sh.helm.release.v1.\(content.release).v\(content.version)"
        let inner = Base64.encode(StoredGzip.compress(content.json.serialized()))
        return KubernetesObject(
            .secret, name: name, namespace: content.namespace,
            labels: [
                "name": content.release, "owner": "helm", "status": content.status,
                "version": String(content.version),
                isNew ? "createdAt" : "modifiedAt": String(content.modified.seconds),
            ],
            fields: [
                "type": "helm.sh/release.v1", "data": ["release": .string(Base64.encode(Array(inner.utf8)))],
            ])
    }
}

/// The content of a release record.
struct HelmRecord: Sendable {
    var release: String
    var namespace: String
    var version: Int
    var status: String
    var chart: Chart
    var config: JSON
    var first: Timestamp
    var modified: Timestamp
    var description: String

    var json: JSON {
        [
            "name": .string(release),
            "namespace": .string(namespace),
            "version": .int(Int64(version)),
            "info": [
                "first_deployed": .string(first.description), "last_deployed": .string(modified.description),
                "deleted": "", "description": .string(description), "status": .string(status),
            ],
            "chart": [
                "metadata": [
                    "apiVersion": "v2", "name": .string(chart.name), "version": .string(chart.version),
                    "appVersion": .string(chart.appVersion),
                ]
            ],
            "config": config,
            "manifest": "",
        ]
    }
}

/// gzip (RFC 1952) with stored blocks: every reader of gzip understands it, and it costs no compression.
enum StoredGzip {
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(0xFFFF)
            rest = rest.dropFirst(block.count)
            out.append(rest.isEmpty ? 1 : 0)
            append(UInt64(block.count), 2, to: &out)
            append(UInt64(~UInt16(block.count)), 2, to: &out)
            out.append(contentsOf: block)
        } while !rest.isEmpty
        append(UInt64(crc32(bytes)), 4, to: &out)
        append(UInt64(UInt32(truncatingIfNeeded: bytes.count)), 4, to: &out)
        return out
    }

    private static func append(_ value: UInt64, _ count: Int, to out: inout [UInt8]) {
        for index in 0..<count { out.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    }
}
