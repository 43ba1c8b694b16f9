package import Inventory
package import Packages

/// All steps of a plan.
package enum StepCatalogue {
    package static func steps(plan: Plan, release: Release) -> [any Step] {
        var steps: [any Step] = [PreflightStep(), SecretsStep(), ClientConfigStep()]
        let assets = (release.assets + [release.flux] + release.crds).map { AssetStep(asset: $0) }
        steps += assets
        steps.append(NetbootStep(requires: assets.map(\.id) + ["secrets/bundle"]))
        for node in plan.nodes {
            steps.append(EnrollStep(node: node))
            steps.append(ConfigureStep(node: node))
            steps.append(JoinStep(node: node))
        }
        if let first = plan.bootstrapNode {
            steps.append(EtcdBootstrapStep(node: first, requires: plan.controlPlanes.map { "configure/\($0.name)" }))
            steps.append(EtcdMembersStep(node: first))
        }
        steps.append(APIServerStep())
        steps += platform(plan)
        steps += [
            PackagesReadyStep(),
            NodesReadyStep(requires: plan.nodes.map { "join/\($0.name)" } + ["platform/package"]),
        ]
        return steps
    }

    private static func platform(_ plan: Plan) -> [any Step] {
        let joined = plan.nodes.map { "join/\($0.name)" } + ["control-plane/etcd-members"]
        return [
            ManifestStep(id: "flux/definitions", phase: .flux, requires: joined) { try $0.cozystackDefinitions() },
            ManifestStep(id: "flux/manifest", phase: .flux, requires: ["flux/definitions"]) { try $0.fluxManifest() },
            FluxAvailableStep(),
            ManifestStep(id: "platform/source", phase: .platform, requires: ["flux/available"]) {
                $0.platformSource()
            },
            ManifestStep(id: "platform/package", phase: .platform, requires: ["platform/source"]) {
                $0.platformPackage()
            },
        ]
    }
}
