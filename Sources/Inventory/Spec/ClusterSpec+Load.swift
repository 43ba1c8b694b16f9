package import Core
package import Embedded
import Packages
import YAML

extension ClusterSpec {
    /// Reads and checks `cluster.yaml`, and reports every fault of it at once.
    ///
    /// - Parameters:
    ///   - variant: the variant from the command line; it stands for `spec.variant`, and may not contradict it.
    ///   - embedded: where releases come from, to check release and variant.
    /// - Returns: faults in the order of their places, each with `file:line:column`, a reason and what would be right.
    package static func load(
        _ text: String, file: String, variant: String? = nil, embedded: Embedded = Embedded()
    ) -> Result<ClusterSpec, Faults> {
        do throws(Fault) {
            let document = try YAML.parseOne(text, file: file, limits: YAML.Limits(bytes: 8 << 20, nodes: 400_000))
            var shapes = ShapeChecker(shape, report: Report(file: file))
            let checked = shapes.check(document)
            var rules = RuleChecker(given: document, checked: checked, report: shapes.report, embedded: embedded)
            rules.check(variant: variant)
            guard rules.report.isEmpty else { return .failure(rules.report.faults) }
            return .success(try YAMLDecoder(file: file).decode(ClusterSpec.self, from: rules.completed))
        } catch {
            var fault = error
            fault.code = .usage
            return .failure(Faults([fault]))
        }
    }
}

extension ClusterSpec: Decodable {
    private enum CodingKeys: CodingKey { case metadata, spec }
    private enum MetadataKeys: CodingKey { case name }
    private enum SpecKeys: CodingKey {
        case variant, release, endpoint, vip, networks, boot, delivery, nodes, source, mirrors, platform, storage
        case loadBalancer, rootTenant
    }

    package init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: CodingKeys.self)
        name = try root.nestedContainer(keyedBy: MetadataKeys.self, forKey: .metadata).decode(
            String.self, forKey: .name)
        let spec = try root.nestedContainer(keyedBy: SpecKeys.self, forKey: .spec)
        variant = try spec.decode(String.self, forKey: .variant)
        release = try spec.decode(String.self, forKey: .release)
        endpoint = try spec.decode(String.self, forKey: .endpoint)
        vip = try spec.decodeIfPresent(IPAddress.self, forKey: .vip)
        networks = try spec.decode(Networks.self, forKey: .networks)
        boot = try spec.decode(Boot.self, forKey: .boot)
        delivery = try spec.decode(Delivery.self, forKey: .delivery)
        nodes = try spec.decode([NodeSpec].self, forKey: .nodes)
        source = try spec.decode(Source.self, forKey: .source)
        mirrors = try spec.decode(Mirrors.self, forKey: .mirrors)
        platform = try spec.decode(Platform.self, forKey: .platform)
        storage = try spec.decodeIfPresent(Storage.self, forKey: .storage)
        loadBalancer = try spec.decodeIfPresent(LoadBalancer.self, forKey: .loadBalancer)
        rootTenant = try spec.decodeIfPresent(RootTenant.self, forKey: .rootTenant)
    }
}
