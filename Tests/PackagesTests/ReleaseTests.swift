import Core
import Embedded
import Glibc
import PKI
import Packages
import Testing

@Suite struct ReleaseTests {
    private func release() throws -> Release {
        try Release.load(embedded: Embedded())
    }

    @Test("The pins of v1.6.2 are those of upstream's release")
    func pins() throws {
        let release = try release()
        #expect(release.version == "v1.6.2")
        #expect(release.talosVersion == "v1.13.6")
        #expect(release.kubernetesVersion == "v1.33.12")
        #expect(release.fluxVersion == "v2.8.0")
        #expect(release.installerImage == "ghcr.io/cozystack/cozystack/talos:v1.13.6")
        #expect(release.source.url == "oci://ghcr.io/cozystack/cozystack/cozystack-packages")
        #expect(
            release.source.digest == "sha256:251626e80efad3e87561b138e03301d8b63c15a42895359716aa18802b04fed5")
        #expect(release.kernel?.name == "kernel-amd64")
        #expect(release.initramfs?.name == "initramfs-metal-amd64.xz")
        #expect(release.assets.allSatisfy { $0.sha256 == nil && $0.url.contains("/releases/download/v1.6.2/") })
        #expect(release.platformVariants == ["default", "isp-full", "isp-hosted", "isp-full-generic"])
    }

    @Test("Every embedded manifest has the SHA-256 that the release pins")
    func manifests() throws {
        let files = try release().embeddedFiles
        #expect(files.count == 3)
        for file in files {
            let bytes = try Embedded().bytes(try #require(file.embedded))
            #expect(hexadecimal(SHA256.hash(bytes)) == file.sha256, "\(file.name)")
        }
    }

    @Test("The version may be written without its v; another one is refused with those that exist")
    func versions() throws {
        #expect(try Release.load("1.6.2", embedded: Embedded()).version == "v1.6.2")
        let fault = #expect(throws: Fault.self) { try Release.load("v9.9.9", embedded: Embedded()) }
        #expect(fault?.code == .usage)
        #expect(fault?.why?.contains("v1.6.2") == true)
        #expect(throws: Fault.self) { try Release.load("../../etc", embedded: Embedded()) }
    }

    @Test("A broken override tells the file and the field")
    func brokenOverride() throws {
        let directory = "/tmp/cozy-packages-tests-\(getpid())"
        try FileStore.createDirectory("\(directory)/releases/v1.6.2")
        defer {
            unlink("\(directory)/releases/v1.6.2/release.yaml")
            rmdir("\(directory)/releases/v1.6.2")
            rmdir("\(directory)/releases")
            rmdir(directory)
        }
        try FileStore.replace(
            "\(directory)/releases/v1.6.2/release.yaml", with: Array("release: v1.6.2\ntalos: {version: v1}\n".utf8))
        let fault = #expect(throws: Fault.self) { try Release.load(embedded: Embedded(overrides: directory)) }
        #expect(fault?.location?.contains("releases/v1.6.2/release.yaml") == true)
        #expect(fault?.description.contains("source must be a mapping") == true)
    }

    @Test("The catalogue says the same as upstream's 98 PackageSources and the operator's own")
    func catalogue() throws {
        let release = try release()
        let sources = release.packageSources + [release.catalogue.platformSource]
        let byName = Dictionary(uniqueKeysWithValues: sources.map { ($0.name, $0) })
        let facts = try SharedData.packageSources()
        #expect(facts.count == 99)
        #expect(byName.count == 99)
        for fact in facts {
            let source = try #require(byName[fact.text("name")])
            #expect(source.spec["sourceRef"] == fact["sourceRef"])
            #expect(JSON.object(source.annotations.mapValues(JSON.string)) == fact["annotations"])
            #expect(source.variants.map(\.name) == fact.list("variants").map { $0.text("name") })
            for (variant, expected) in zip(source.variants, fact.list("variants")) {
                compare(variant, expected, in: source)
            }
        }
    }

    private func compare(_ variant: PackageSource.Variant, _ expected: JSON, in source: PackageSource) {
        #expect(variant.dependsOn == expected.strings("dependsOn"))
        #expect(variant.libraries.map(\.path) == expected.list("libraries").map { $0.text("path") })
        #expect(variant.components.count == expected.list("components").count)
        for (component, fact) in zip(variant.components, expected.list("components")) {
            #expect(component.name == fact.text("name"))
            #expect(component.path == fact.text("path"))
            #expect(component.libraries == fact.strings("libraries"))
            #expect(component.valuesFiles == fact.strings("valuesFiles"))
            #expect(source.artifactName(variant, component) == fact.text("artifactName"))
            let install = fact["install"]?.object == nil ? nil : fact["install"]
            #expect((component.install == nil) == (install == nil))
            guard let install, let own = component.install else { continue }
            #expect(component.releaseName == install.text("releaseName"))
            #expect(own.namespace == install.text("namespace"))
            #expect(own.privileged == install["privileged"]?.bool)
            #expect(own.dependsOn == install.strings("dependsOn"))
            #expect(own.upgradeCRDs == install.text("upgradeCRDs"))
        }
    }

    @Test("Running the conversion again gives the committed bytes")
    func conversion() throws {
        let output = "/tmp/cozy-convert-release-\(getpid())"
        let status = system("'\(SharedData.root)/Scripts/convert-release' --output '\(output)'")
        defer { _ = system("rm -r '\(output)'") }
        try #require(status == 0, "Scripts/convert-release needs python3, python3-yaml and ../shared/data")
        let names =
            ["packages.yaml"]
            + ["fluxcd", "cozystack.io_packages", "cozystack.io_packagesources"].map {
                "manifests/\($0).yaml"
            }
        for name in names {
            let made = try FileStore.read("\(output)/\(name)")
            #expect(try FileStore.read("\(SharedData.root)/releases/v1.6.2/\(name)") == made, "\(name)")
            #expect(try Embedded().bytes("releases/v1.6.2/\(name)") == made, "\(name)")
        }
        #expect(try FileStore.read("\(output)/packages.yaml").count <= 60_000)
    }
}
