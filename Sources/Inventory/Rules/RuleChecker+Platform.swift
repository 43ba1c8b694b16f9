import Core
import Packages
import YAML

extension RuleChecker {
    private static let values = "spec.platform.values"

    /// Platform values that the spec says elsewhere.
    private static let derived = [
        ("networking.clusterDomain", "spec.networks.domain"), ("networking.podCIDR", "spec.networks.pod.subnet"),
        ("networking.podGateway", "spec.networks.pod.gateway"),
        ("networking.serviceCIDR", "spec.networks.service.subnet"),
        ("networking.joinCIDR", "spec.networks.join.subnet"),
    ]

    /// The top-level keys of the platform chart's values (v1.6.2).
    private static let knownValues = [
        "sourceRef", "migrations", "bundles", "networking", "publishing", "authentication", "gateway", "monitoring",
        "backupStorage", "scheduling", "branding", "registries", "resources", "gpu",
    ]

    mutating func checkPlatform(variant: String?) {
        guard let values = node(Self.values) else { return }
        var isPublishingMisspelt = false
        for pair in values.mapping ?? [] {
            // The chart ignores what it does not know, so a slip would go unnoticed; another release may know more.
            guard let key = pair.key.text, !Self.knownValues.contains(key),
                let near = nearest(to: key, among: Self.knownValues)
            else { continue }
            if near == "publishing" { isPublishingMisspelt = true }
            report.add(
                pair.key.mark, "unknown key \"\(key)\" in \(Self.values)", why: "the platform chart would ignore it",
                next: "did you mean \(near)?")
        }
        for (key, path) in Self.derived {
            guard let value = node("\(Self.values).\(key)"), let right = completed[Self.keys(path)]?.text,
                value.text != right
            else { continue }
            report.add(
                value.mark, "\(Self.values).\(key) is \(value.text ?? value.kind)",
                why: "\(path) is \(right), and the platform must have the same", next: "leave it out here")
        }
        // Variant default installs nothing that is published.
        if variant != "default", !isPublishingMisspelt { checkPublishing(values) }
        checkMonitoring(values)
    }

    private mutating func checkPublishing(_ values: Node) {
        guard let host = values["publishing"]?["host"] else {
            report.add(
                given[["spec", "platform"]]?.mark ?? specMark, "\(Self.values).publishing.host is missing",
                why: "the dashboard, the API and all tenants get names below it",
                next: "add platform: {values: {publishing: {host: cloud.example.org}}}")
            return
        }
        guard let text = host.string, isDomain(text) else {
            report.add(
                host.mark, "\(Self.values).publishing.host is \(host.text ?? host.kind)", why: "it must be a DNS name",
                next: "for example cloud.example.org")
            return
        }
    }

    private mutating func checkMonitoring(_ values: Node) {
        guard let platform = values["monitoring"]?["rootEnabled"], let first = platform.bool,
            let tenant = node("spec.rootTenant.monitoring")?.bool, tenant != first
        else { return }
        report.add(
            platform.mark, "\(Self.values).monitoring.rootEnabled is \(first)",
            why: "spec.rootTenant.monitoring is \(tenant), and both must be equal", next: "write \(tenant)")
    }

    /// The release is known, and its platform has the variant and can make it Ready with these values.
    mutating func checkRelease(variant argument: String?) {
        let written = text("spec.variant")
        if let argument, let written, argument != written.value {
            report.add(
                written.mark, "spec.variant is \(written.value)", why: "\(argument) was asked for on the command line",
                next: "make them equal, or leave it out here")
        }
        guard let variant = argument ?? written?.value else {
            if !isGiven("spec.variant") {
                report.add(
                    specMark, "spec.variant is missing", why: "nor was a variant named on the command line",
                    next: "add variant: isp-full")
            }
            return
        }
        completed[["spec", "variant"]] = .string(variant)
        guard let version = text("spec.release") else { return }
        completed[["spec", "release"]] = .string(version.value.hasPrefix("v") ? version.value : "v\(version.value)")
        let values: JSON
        do throws(Fault) {
            values = try node(Self.values)?.json(file: report.file) ?? [:]
        } catch {
            return report.add(node(Self.values)?.mark, error)
        }
        do throws(Fault) {
            let release = try Release.load(version.value, embedded: embedded)
            guard var refusal = release.refusal(variant, values: values) else { return }
            if refusal.next == nil {
                refusal.next = nearest(to: variant, among: release.platformVariants).map { "did you mean \($0)?" }
            }
            report.add(argument == nil || argument == written?.value ? written?.mark : nil, refusal)
        } catch {
            var fault = error
            let near = nearest(to: version.value, among: Release.known)
            if fault.code == .usage, let near { fault.next = "did you mean \(near)?" }
            report.add(version.mark, fault)
        }
    }
}
