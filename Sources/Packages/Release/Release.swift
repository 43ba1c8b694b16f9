/// One release of Cozystack with everything that a cluster of it is made of, pinned.
///
/// It comes from `releases/<version>/release.yaml` and `packages.yaml`.
package struct Release: Sendable {
    /// For example `v1.6.2`.
    package var version: String
    /// For example `v1.13.6`.
    package var talosVersion: String
    /// The image that installs Talos to disk.
    package var installerImage: String
    /// What the nodes boot over the network: kernel and initramfs.
    package var assets: [File]
    /// For example `v1.33.12`.
    package var kubernetesVersion: String
    /// The OCI artifact with all charts.
    package var source: Source
    /// The manifest of Flux.
    package var flux: File
    /// The version of Flux, for example `v2.8.0`.
    package var fluxVersion: String
    /// The definitions of PackageSource and Package.
    package var crds: [File]
    package var catalogue: PackageCatalogue

    /// A file of a release and where it is published.
    package struct File: Sendable, Hashable {
        package var name: String
        package var url: String
        /// Lower-case hexadecimal; nil where upstream publishes none: then the first verified download decides.
        package var sha256: String?
        /// The name of the embedded copy, for example `releases/v1.6.2/manifests/fluxcd.yaml`.
        package var embedded: String?

        package init(name: String, url: String, sha256: String? = nil, embedded: String? = nil) {
            self.name = name
            self.url = url
            self.sha256 = sha256
            self.embedded = embedded
        }
    }

    /// Where the packages come from.
    package struct Source: Sendable, Hashable {
        /// With the scheme `oci://`.
        package var url: String
        /// `sha256:` and 64 hexadecimal digits.
        package var digest: String

        package init(url: String, digest: String) {
            self.url = url
            self.digest = digest
        }
    }
}

extension Release {
    /// The PackageSources that the platform chart installs, without the platform's own.
    package var packageSources: [PackageSource] { catalogue.sources }

    /// The names of the platform's variants, in the order in which upstream's operator has them.
    package var platformVariants: [String] { catalogue.platformSource.variants.map(\.name) }

    /// The kernel that nodes boot.
    package var kernel: File? { assets.first { $0.name.hasPrefix("kernel-") } }

    /// The initramfs that nodes boot.
    package var initramfs: File? { assets.first { $0.name.hasPrefix("initramfs-") } }

    /// All files that are part of this binary, with the address they are published at: what the lab plays the internet
    /// with.
    package var embeddedFiles: [File] {
        ([flux] + crds).filter { $0.embedded != nil }
    }
}
