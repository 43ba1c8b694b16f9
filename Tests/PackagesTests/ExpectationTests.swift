import Core
import Embedded
import Packages
import Testing

@Suite struct ExpectationTests {
    private let release: Release

    init() throws {
        release = try Release.load(embedded: Embedded())
    }

    @Test(
        "Packages, HelmReleases, levels, names and dependencies of a variant equal upstream's",
        arguments: ["default", "isp-full", "isp-full-generic"])
    func equalsUpstream(variant: String) throws {
        let details = try SharedData.details(variant)
        let expected = try release.expected(variant)
        let packages = expected.packages.filter { $0.name != "cozystack.cozystack-platform" }
        let releases = expected.helmReleases.filter { $0.package != "cozystack.cozystack-platform" }
        let unconditional = details.list("list").filter { $0["conditional"]?.isNull != false }
        #expect(packages.map(\.name) == unconditional.map { $0.text("package") }.sorted())
        #expect(
            packages.map(\.variant)
                == unconditional.sorted { $0.text("package") < $1.text("package") }.map { $0.text("variant") })
        #expect(packages.count == details[["counts", "packages"]]?.int)
        #expect(releases.count == details[["counts", "helmReleases"]]?.int)
        #expect(Set(releases.map(\.reference.namespace)).count == details[["counts", "namespaces"]]?.int)
        #expect(Set(packages.map(\.level)).count == details[["counts", "packageLevels"]]?.int)
        #expect(Set(releases.map(\.level)).count == details[["counts", "helmReleaseLevels"]]?.int)
        for (level, names) in details["packageLevels"]?.object ?? [:] {
            let own = packages.filter { String($0.level) == level }.map(\.name)
            #expect(own == names.array?.compactMap(\.string).sorted())
        }
        let byName = Dictionary(uniqueKeysWithValues: releases.map { ($0.reference.description, $0) })
        for fact in details.list("helmReleases") {
            let own = try #require(byName[fact.text("release")])
            #expect(own.level == fact["level"]?.int)
            #expect(own.package == fact.text("package"))
            #expect(own.component == fact.text("component"))
            #expect(own.artifact == fact.text("artifact"))
            #expect(own.privileged == fact["privileged"]?.bool)
            #expect(own.dependsOn.map(\.description) == fact.strings("dependsOn"), "\(own.reference)")
        }
    }

    @Test(
        "With the platform's own objects, isp-full has 76 Packages, 90 HelmReleases, 99 generators and 207 artifacts",
        arguments: ["isp-full", "isp-full-generic"])
    func totals(variant: String) throws {
        let expected = try release.expected(variant)
        #expect(expected.packages.count == 76)
        #expect(expected.helmReleases.count == 90)
        #expect(expected.packageSources == 99)
        #expect(expected.artifactGenerators == 99)
        #expect(expected.externalArtifacts == 207)
        #expect(expected.namespaces.count == 36)
        #expect(expected.helmReleases.contains { $0.reference.description == "cozy-system/cozystack-platform" })
    }

    @Test(
        "The component values that the chart sets are those of upstream", arguments: ["isp-full", "isp-full-generic"])
    func componentValues(variant: String) throws {
        let packages = release.catalogue.platform.packages(variant: variant)
        for fact in try SharedData.details(variant).list("list") where fact["conditional"]?.isNull != false {
            let package = try #require(packages.first { $0.name == fact.text("package") })
            #expect(package.spec["components"] == fact["components"], "\(package.name)")
        }
    }

    @Test("The operator's values reach the components: networks, ratios, API endpoint")
    func valuesReachComponents() throws {
        let values: JSON = [
            "networking": ["podCIDR": "10.1.0.0/16"], "resources": ["cpuAllocationRatio": 4],
            "publishing": ["apiServerEndpoint": "https://api.example.com:8443"],
        ]
        let packages = release.catalogue.platform.packages(variant: "isp-full-generic", overrides: values)
        let networking = packages.first { $0.name == "cozystack.networking" }
        let ipv4 = networking?.components["kubeovn"]?.values?[["kube-ovn", "ipv4"]]
        #expect(ipv4?["POD_CIDR"] == "10.1.0.0/16")
        #expect(ipv4?["SVC_CIDR"] == "10.96.0.0/16")
        let cilium = networking?.components["cilium"]?.values?["cilium"]
        #expect(cilium?["k8sServiceHost"] == "api.example.com")
        #expect(cilium?["k8sServicePort"] == "8443")
        let kubevirt = packages.first { $0.name == "cozystack.kubevirt" }
        #expect(kubevirt?.components["kubevirt"]?.values == ["cpuAllocationRatio": 4])
    }

    @Test("Values switch Packages on, off and to another variant")
    func conditions() throws {
        let platform = release.catalogue.platform
        let values: JSON = [
            "authentication": ["oidc": ["enabled": true]],
            "bundles": [
                "enabledPackages": ["cozystack.bootbox", "cozystack.gpu-operator"],
                "disabledPackages": ["cozystack.velero"], "iaas": ["gpuOperatorVariant": "vgpu"],
            ],
        ]
        let packages = Dictionary(
            uniqueKeysWithValues: platform.packages(variant: "isp-full", overrides: values).map { ($0.name, $0) })
        #expect(packages["cozystack.cozystack-engine"]?.variant == "oidc")
        #expect(packages["cozystack.monitoring-application"]?.variant == "oidc")
        #expect(packages["cozystack.keycloak"] != nil)
        #expect(packages["cozystack.bootbox-application"] != nil)
        #expect(packages["cozystack.gpu-operator"]?.variant == "vgpu")
        #expect(packages["cozystack.velero"] == nil)
        #expect(
            packages["cozystack.tenant-application"]?.components["tenant"]?.values == [
                "_cluster": ["oidc-enabled": "true"]
            ])
        #expect(packages.count == 75 + 2 + 2 + 1 - 1)
    }

    @Test("isp-hosted with the system bundle has upstream's 52 Packages, and closes without the backup strategies")
    func hostedWorkaround() throws {
        let system: JSON = ["bundles": ["system": ["enabled": true]]]
        #expect(release.catalogue.platform.packages(variant: "isp-hosted", overrides: system).count == 52)
        let fault = try #require(release.refusal("isp-hosted", values: system))
        #expect(fault.why?.contains("cozystack.backupstrategy-controller on cozystack.bucket-application") == true)
        let closed: JSON = [
            "bundles": ["system": ["enabled": true], "disabledPackages": ["cozystack.backupstrategy-controller"]]
        ]
        #expect(release.refusal("isp-hosted", values: closed) == nil)
        let expected = try release.expected("isp-hosted", values: closed)
        #expect(expected.packages.count == 51 + 1)
        #expect(expected.helmReleases.count == 57 + 1)
    }

    @Test("Variants that can be installed are not refused", arguments: ["default", "isp-full", "isp-full-generic"])
    func accepted(variant: String) {
        #expect(release.refusal(variant) == nil)
    }

    @Test(
        "Variants of Cozystack 0.x are refused with the way out",
        arguments: ["distro-full", "distro-hosted", "paas-full", "paas-hosted"])
    func former(variant: String) throws {
        let fault = try #require(release.refusal(variant))
        #expect(fault.code == .refused)
        #expect(fault.next?.contains("default") == true)
        #expect(fault.why?.contains("isp-full-generic") == true)
    }

    @Test("isp-hosted is refused because nothing of it would become ready")
    func hosted() throws {
        let fault = try #require(release.refusal("isp-hosted"))
        #expect(fault.code == .refused)
        #expect(fault.why?.contains("24 of its 24 Packages") == true)
        #expect(fault.why?.contains("cozystack.networking") == true)
    }

    @Test("Other names are a usage error; an operator's variant names the platform's")
    func unknown() throws {
        #expect(release.refusal("isp-ful")?.code == .usage)
        #expect(release.refusal("isp-ful")?.why?.contains("isp-full") == true)
        #expect(release.refusal("talos")?.next == "did you mean isp-full?")
    }

    @Test("Disabling a Package that others need is refused, naming both")
    func disabledDependency() throws {
        let values: JSON = ["bundles": ["disabledPackages": ["cozystack.cert-manager"]]]
        let fault = try #require(release.refusal("isp-full", values: values))
        #expect(fault.why?.contains("cozystack.cert-manager") == true)
        #expect(fault.next?.contains("disabledPackages") == true)
    }
}
