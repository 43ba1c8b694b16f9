package import Core
package import Packages

extension Plan {
    /// Fixes the choices that a spec leaves open.
    ///
    /// - Parameter release: the release that the spec names.
    /// - Throws: ``Faults`` `refused` when the release is another one or cannot make the variant Ready.
    package static func make(_ spec: ClusterSpec, release: Release) throws(Faults) -> Plan {
        guard release.version == spec.release else {
            throw Faults([Fault(.refused, "the spec is for Cozystack \(spec.release), not for \(release.version)")])
        }
        let values = platformValues(of: spec)
        if let refusal = release.refusal(spec.variant, values: values) { throw Faults([refusal]) }
        let first = spec.nodes.firstIndex { $0.role == .controlPlane }
        guard let first else { throw Faults([Fault(.refused, "the spec has no control plane")]) }
        return Plan(
            clusterName: spec.name, variant: spec.variant, release: release.version,
            versions: Versions(
                talos: release.talosVersion, kubernetes: release.kubernetesVersion, flux: release.fluxVersion,
                installerImage: release.installerImage),
            endpoint: spec.endpoint, vip: spec.vip, networks: spec.networks, boot: spec.boot, delivery: spec.delivery,
            nodes: spec.nodes.enumerated().map { NodePlan($1, bootstrap: $0 == first) },
            source: Source(
                url: spec.source.url ?? release.source.url, digest: spec.source.digest ?? release.source.digest,
                insecure: spec.source.insecure),
            assets: release.assets.map(File.init), flux: File(release.flux), crds: release.crds.map(File.init),
            mirrors: spec.mirrors, platformValues: values, storage: spec.storage, loadBalancer: spec.loadBalancer,
            rootTenant: spec.rootTenant)
    }

    /// The operator's values, with what must agree with Talos.
    private static func platformValues(of spec: ClusterSpec) -> JSON {
        let networks = spec.networks
        var values: JSON = [
            "networking": [
                "clusterDomain": .string(networks.domain), "podCIDR": .string(networks.pod.subnet.description),
                "podGateway": .string(networks.pod.gateway.description),
                "serviceCIDR": .string(networks.service.subnet.description),
                "joinCIDR": .string(networks.join.subnet.description),
            ],
            "publishing": ["apiServerEndpoint": .string(spec.endpoint)],
        ]
        if let tenant = spec.rootTenant { values["monitoring"] = ["rootEnabled": .bool(tenant.monitoring)] }
        return values.merging(spec.platform.values)
    }
}

extension Plan.File {
    fileprivate init(_ file: Release.File) {
        self.init(name: file.name, url: file.url, sha256: file.sha256)
    }
}

extension NodePlan {
    fileprivate init(_ node: NodeSpec, bootstrap: Bool) {
        self.init(
            name: node.name, role: node.role, mac: node.match.mac, uuid: node.match.uuid, serial: node.match.serial,
            address: node.address, disk: node.disk, bmc: node.bmc, labels: node.labels, patches: node.patches,
            bootstrap: bootstrap)
    }
}
