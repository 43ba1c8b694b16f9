package import Core

extension Release {
    /// Why a platform variant cannot be installed, or nil when it can.
    ///
    /// It is refused when it does not exist, or when the Packages that it renders with these values depend on Packages
    /// that it does not render, or on themselves: they would wait for ever.
    ///
    /// - Parameter values: `spec.components.platform.values` of the platform's Package.
    package func refusal(_ variant: String, values: JSON = [:]) -> Fault? {
        guard platformVariants.contains(variant) else { return unknownVariant(variant) }
        let packages = catalogue.platform.packages(variant: variant, overrides: values)
        let world = PackageWorld(sources: packageSources, packages: packages)
        var dependencies: [String: [String]] = [:]
        for package in packages {
            guard let active = world.active(package.name) else {
                return Fault(
                    .refused, "\(package.name) has no variant \(package.effectiveVariant) in Cozystack \(version)")
            }
            dependencies[package.name] = active.dependencies
        }
        let graph = DependencyGraph(dependencies)
        if let cycle = graph.cycles.first {
            return Fault(
                .refused, "variant \(variant) of Cozystack \(version) cannot become ready",
                why:
                    "its Packages depend on each other in a circle: \((cycle + cycle.prefix(1)).joined(separator: " → "))"
            )
        }
        return graph.missing.isEmpty ? nil : unsatisfied(variant, packages: packages, graph.missing)
    }

    /// Names of platform bundles in Cozystack 0.x that people still ask for.
    private static let formerVariants = ["distro-full", "distro-hosted", "paas-full", "paas-hosted"]
    /// Variants of upstream's operator, and the platform variant that usually goes with each.
    private static let operatorVariants = [
        "talos": "isp-full", "generic": "isp-full-generic", "hosted": "isp-hosted",
    ]

    private func unknownVariant(_ variant: String) -> Fault {
        let choices = platformVariants.joined(separator: ", ")
        if Self.formerVariants.contains(variant) {
            return Fault(
                .refused, "there is no variant \(variant) in Cozystack \(version)",
                why: "it was a bundle of Cozystack 0.x; since 1.0 the variants are \(choices)",
                next: "take isp-full, or default and add the Packages that you want with cozypkg add")
        }
        if let other = Self.operatorVariants[variant] {
            return Fault(
                .usage, "\(variant) is a variant of the operator, not of the platform",
                why: "the platform's variants are \(choices)", next: "did you mean \(other)?")
        }
        return Fault(.usage, "unknown variant \(variant)", why: "Cozystack \(version) has \(choices)")
    }

    private func unsatisfied(
        _ variant: String, packages: [Package], _ missing: [DependencyGraph<String>.Missing]
    ) -> Fault {
        let waiting = Set(missing.map(\.key)).count
        let absent = Set(missing.map(\.dependency)).sorted()
        let example = missing[0]
        var why = "\(waiting) of its \(packages.count) Packages would wait for ever: it does not render "
        why += absent.prefix(4).joined(separator: ", ")
        if absent.count > 4 { why += " and \(absent.count - 4) more" }
        why += ", which they depend on (for example \(example.key) on \(example.dependency))"
        let next =
            variant == "isp-hosted"
            ? "take isp-full, or isp-full-generic on another Kubernetes than Talos"
            : "leave these out of bundles.disabledPackages, or disable what depends on them too"
        return Fault(
            .refused, "variant \(variant) of Cozystack \(version) cannot become ready", why: why, next: next)
    }
}
