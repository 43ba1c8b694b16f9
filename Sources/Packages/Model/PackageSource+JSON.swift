package import Core

extension PackageSource {
    /// Reads an object as the Kubernetes API returns it. What is absent or of another type counts as empty: the CRD's
    /// schema has already been checked by the API server.
    package init(_ object: JSON) {
        let metadata = object["metadata"] ?? [:]
        self.init(name: metadata.text("name"), annotations: metadata.texts("annotations"), spec: object["spec"] ?? [:])
    }

    init(name: String, annotations: [String: String], spec: JSON) {
        self.init(
            name: name, annotations: annotations, sourceRef: spec["sourceRef"].map(Reference.init),
            variants: spec.elements("variants").map(Variant.init))
    }

    /// `spec` with what is empty left out.
    package var spec: JSON {
        .fields(["sourceRef": sourceRef?.json, "variants": .array(variants.map(\.json))])
    }
}

extension PackageSource.Reference {
    init(_ json: JSON) {
        self.init(
            kind: json.text("kind"), name: json.text("name"), namespace: json.text("namespace"),
            path: json["path"]?.string)
    }

    var json: JSON {
        .fields([
            "kind": .string(kind), "name": .string(name), "namespace": .string(namespace),
            "path": path.map(JSON.string),
        ])
    }
}

extension PackageSource.Variant {
    init(_ json: JSON) {
        self.init(
            name: json.text("name"), dependsOn: json.texts("dependsOn"),
            libraries: json.elements("libraries").map(PackageSource.Library.init),
            components: json.elements("components").map(PackageSource.Component.init))
    }

    var json: JSON {
        .fields([
            "name": .string(name), "dependsOn": .strings(unlessEmpty: dependsOn),
            "libraries": .elements(unlessEmpty: libraries.map(\.json)),
            "components": .elements(unlessEmpty: components.map(\.json)),
        ])
    }
}

extension PackageSource.Library {
    init(_ json: JSON) {
        self.init(name: json.text("name"), path: json.text("path"))
    }

    var json: JSON {
        .fields(["name": .string(unlessEmpty: name), "path": .string(path)])
    }
}

extension PackageSource.Component {
    init(_ json: JSON) {
        self.init(
            name: json.text("name"), path: json.text("path"), libraries: json.texts("libraries"),
            valuesFiles: json.texts("valuesFiles"),
            install: json["install"].flatMap { $0.object == nil ? nil : PackageSource.Install($0) })
    }

    var json: JSON {
        .fields([
            "name": .string(name), "path": .string(path), "libraries": .strings(unlessEmpty: libraries),
            "valuesFiles": .strings(unlessEmpty: valuesFiles), "install": install?.json,
        ])
    }
}

extension PackageSource.Install {
    init(_ json: JSON) {
        self.init(
            namespace: json.text("namespace"), releaseName: json.text("releaseName"),
            privileged: json["privileged"]?.bool ?? false, dependsOn: json.texts("dependsOn"),
            upgradeCRDs: json.text("upgradeCRDs"), waitStrategy: json.text("waitStrategy"),
            healthCheckExprs: json.elements("healthCheckExprs"))
    }

    var json: JSON {
        .fields([
            "namespace": .string(unlessEmpty: namespace), "releaseName": .string(unlessEmpty: releaseName),
            "privileged": privileged ? true : nil, "dependsOn": .strings(unlessEmpty: dependsOn),
            "upgradeCRDs": .string(unlessEmpty: upgradeCRDs), "waitStrategy": .string(unlessEmpty: waitStrategy),
            "healthCheckExprs": .elements(unlessEmpty: healthCheckExprs),
        ])
    }
}
