package import Core

/// A Package (`packages.cozystack.io/v1alpha1`): the choice of a variant of the PackageSource of the same name.
package struct Package: Sendable, Hashable {
    package var name: String
    /// `spec.variant`; empty means `default` and is never written back.
    package var variant: String
    /// `spec.ignoreDependencies`: dependencies that are neither waited for nor handed on to the HelmReleases.
    package var ignoreDependencies: [String]
    /// `spec.components`, by component name (not release name).
    package var components: [String: Override]
    /// Whether the condition Ready is True. It says that the HelmReleases are written, not that they are healthy.
    package var isReady: Bool

    package init(
        name: String, variant: String = "", ignoreDependencies: [String] = [], components: [String: Override] = [:],
        isReady: Bool = false
    ) {
        self.name = name
        self.variant = variant
        self.ignoreDependencies = ignoreDependencies
        self.components = components
        self.isReady = isReady
    }

    /// `spec.components.<name>`.
    package struct Override: Sendable, Hashable {
        /// Only an explicit false disables a component.
        package var enabled: Bool?
        /// Copied to `HelmRelease.spec.values` as it is.
        package var values: JSON?

        package init(enabled: Bool? = nil, values: JSON? = nil) {
            self.enabled = enabled
            self.values = values
        }
    }
}

extension Package {
    /// The variant's name with the default filled in.
    package var effectiveVariant: String { variant.isEmpty ? "default" : variant }

    /// Whether a component is not switched off.
    package func enables(_ component: String) -> Bool {
        components[component]?.enabled != false
    }

    /// Reads an object as the Kubernetes API returns it.
    package init(_ object: JSON) {
        let spec = object["spec"] ?? [:]
        let conditions = object["status"]?.elements("conditions") ?? []
        self.init(
            name: object["metadata"]?.text("name") ?? "", variant: spec.text("variant"),
            ignoreDependencies: spec.texts("ignoreDependencies"),
            components: (spec["components"]?.object ?? [:]).mapValues(Override.init),
            isReady: conditions.contains { $0.text("type") == "Ready" && $0.text("status") == "True" })
    }

    /// `spec` with what is empty left out.
    package var spec: JSON {
        .fields([
            "variant": .string(unlessEmpty: variant), "ignoreDependencies": .strings(unlessEmpty: ignoreDependencies),
            "components": components.isEmpty ? nil : .object(components.mapValues(\.json)),
        ])
    }
}

extension Package.Override {
    init(_ json: JSON) {
        self.init(enabled: json["enabled"]?.bool, values: json["values"].flatMap { $0.isNull ? nil : $0 })
    }

    var json: JSON {
        .fields(["enabled": enabled.map(JSON.bool), "values": values])
    }
}
