import Core
import Kubernetes

/// `spec` of an ArtifactGenerator, checked.
struct GeneratorSpec: Sendable {
    struct Source: Sendable {
        let alias: String
        let kind: String
        let key: ObjectKey
    }

    let sources: [Source]
    let artifacts: [OutputArtifact]

    /// - Throws: ``Core/Fault`` `usage` for what no retry cures.
    init(_ object: KubernetesObject) throws(Fault) {
        sources = Self.sources(of: object)
        guard Set(sources.map(\.alias)).count == sources.count else {
            throw Fault(.usage, "duplicate source alias found")
        }
        var artifacts: [OutputArtifact] = []
        var names: Set<String> = []
        for json in object["spec", "artifacts"]?.array ?? [] {
            let artifact = try OutputArtifact(json)
            guard names.insert(artifact.name).inserted else {
                throw Fault(.usage, "duplicate artifact name '\(artifact.name)' found")
            }
            artifacts.append(artifact)
        }
        self.artifacts = artifacts
    }

    static func sources(of object: KubernetesObject) -> [Source] {
        (object["spec", "sources"]?.array ?? []).map { source in
            Source(
                alias: source["alias"]?.string ?? "", kind: source["kind"]?.string ?? "",
                key: ObjectKey(
                    namespace: source["namespace"]?.string ?? object.namespace, name: source["name"]?.string ?? ""))
        }
    }
}

/// One entry of `spec.artifacts`.
struct OutputArtifact: Sendable {
    let name: String
    /// The alias whose revision the artifact takes over, without `@`.
    private let revision: String?
    private let originRevision: String?
    let copies: [CopyOperation]

    init(_ json: JSON) throws(Fault) {
        name = json["name"]?.string ?? ""
        revision = json["revision"]?.string.map { String($0.drop { $0 == "@" }) }
        originRevision = json["originRevision"]?.string.map { String($0.drop { $0 == "@" }) }
        var copies: [CopyOperation] = []
        for copy in json["copy"]?.array ?? [] { copies.append(try CopyOperation(copy)) }
        self.copies = copies
    }

    /// - Throws: ``Core/Fault`` naming the artifact and the copy that cannot be made.
    func build(_ sources: [String: SourceState]) throws(Fault) -> BuiltArtifact {
        var tree = FileTree()
        let trees = sources.mapValues(\.tree)
        for copy in copies {
            do throws(Fault) {
                try copy.run(from: trees, into: &tree)
            } catch {
                throw Fault(error.code, "\(name): \(error.what)")
            }
        }
        let stored = StoredArtifact(FluxIgnore.filtered(tree), name: name)
        return BuiltArtifact(
            name: name, stored: stored,
            revision: revision.flatMap { sources[$0]?.revision } ?? "latest@\(stored.digest)",
            originRevision: originRevision.flatMap { sources[$0]?.originRevision })
    }
}

/// An artifact that is ready to be published.
struct BuiltArtifact: Sendable {
    let name: String
    let stored: StoredArtifact
    let revision: String
    let originRevision: String?
}
