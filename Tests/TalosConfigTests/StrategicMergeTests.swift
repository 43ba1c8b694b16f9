import Core
import TalosConfig
import Testing
import YAML

@Suite struct StrategicMergeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var old: String
        var patch: String
        var expected: String
        var testDescription: String { name }
    }

    private static let mirror = "apiVersion: v1alpha1\nkind: RegistryMirrorConfig\n"

    static let cases: [Case] = [
        Case(
            name: "scalars of the patch win", old: "machine: {type: worker, token: a}", patch: "machine: {token: b}",
            expected: "machine: {type: worker, token: b}"),
        Case(
            name: "empty scalars do not", old: "machine: {token: a, n: 3}",
            patch: "machine: {token: \"\", n: 0, x: null}",
            expected: "machine: {token: a, n: 3}"),
        Case(
            name: "booleans always win", old: "machine: {kubelet: {a: true}}", patch: "machine: {kubelet: {a: false}}",
            expected: "machine: {kubelet: {a: false}}"),
        Case(
            name: "new keys come even when empty", old: "machine: {}", patch: "machine: {nodeLabels: {a: \"\"}}",
            expected: "machine: {nodeLabels: {a: \"\"}}"),
        Case(
            name: "lists grow", old: "machine: {certSANs: [a]}", patch: "machine: {certSANs: [b, a]}",
            expected: "machine: {certSANs: [a, b, a]}"),
        Case(
            name: "pod and service networks are replaced",
            old: "cluster: {network: {podSubnets: [a], serviceSubnets: [b], other: [c]}}",
            patch: "cluster: {network: {podSubnets: [d], serviceSubnets: [e], other: [f]}}",
            expected: "cluster: {network: {podSubnets: [d], serviceSubnets: [e], other: [c, f]}}"),
        Case(
            name: "the audit policy is replaced as a whole",
            old: "cluster: {apiServer: {auditPolicy: {kind: Policy, rules: [{level: Metadata}]}}}",
            patch: "cluster: {apiServer: {auditPolicy: {rules: [{level: None}]}}}",
            expected: "cluster: {apiServer: {auditPolicy: {rules: [{level: None}]}}}"),
        Case(
            name: "admission plugins are merged by name",
            old: "cluster: {apiServer: {admissionControl: [{name: A, configuration: {x: 1, l: [1]}}, {name: B}]}}",
            patch: "cluster: {apiServer: {admissionControl: [{name: A, configuration: {y: 2, l: [2]}}, {name: C}]}}",
            expected:
                "cluster: {apiServer: {admissionControl: [{name: A, configuration: {x: 1, l: [1, 2], y: 2}}, {name: B}, {name: C}]}}"
        ),
        Case(
            name: "interfaces are merged by name and their VLANs by number",
            old: "machine: {network: {interfaces: [{interface: eth0, vlans: [{vlanId: 1, mtu: 9}], addresses: [a]}]}}",
            patch:
                "machine: {network: {interfaces: [{interface: eth0, vlans: [{vlanId: 1, dhcp: true}, {vlanId: 2}], addresses: [b]}]}}",
            expected:
                "machine: {network: {interfaces: [{interface: eth0, vlans: [{vlanId: 1, mtu: 9, dhcp: true}, {vlanId: 2}], addresses: [a, b]}]}}"
        ),
        Case(
            name: "interfaces are merged by equal selectors",
            old: "machine: {network: {interfaces: [{deviceSelector: {hardwareAddr: a}, dhcp: true}]}}",
            patch:
                "machine: {network: {interfaces: [{deviceSelector: {hardwareAddr: a}, mtu: 9000}, {deviceSelector: {hardwareAddr: b}}]}}",
            expected:
                "machine: {network: {interfaces: [{deviceSelector: {hardwareAddr: a}, dhcp: true, mtu: 9000}, {deviceSelector: {hardwareAddr: b}}]}}"
        ),
        Case(
            name: "documents match by kind and name", old: mirror + "name: a\nendpoints: [{url: x}]",
            patch: mirror + "name: a\nendpoints: [{url: y}]",
            expected: mirror + "name: a\nendpoints: [{url: x}, {url: y}]"),
        Case(
            name: "documents without a match are added", old: mirror + "name: a", patch: mirror + "name: b",
            expected: mirror + "name: a\n---\n" + mirror + "name: b"),
        Case(
            name: "firewall rules are replaced",
            old:
                "apiVersion: v1alpha1\nkind: NetworkRuleConfig\nname: a\nportSelector: {ports: [1]}\ningress: [{subnet: a}]",
            patch:
                "apiVersion: v1alpha1\nkind: NetworkRuleConfig\nname: a\nportSelector: {ports: [2]}\ningress: [{subnet: b}]",
            expected:
                "apiVersion: v1alpha1\nkind: NetworkRuleConfig\nname: a\nportSelector: {ports: [2]}\ningress: [{subnet: b}]"
        ),
        Case(
            name: "image rules are replaced one by one",
            old: "apiVersion: v1alpha1\nkind: ImageVerificationConfig\nrules: [{image: a, skip: true}, {image: b}]",
            patch: "apiVersion: v1alpha1\nkind: ImageVerificationConfig\nrules: [{image: a, deny: true}, {image: c}]",
            expected:
                "apiVersion: v1alpha1\nkind: ImageVerificationConfig\nrules: [{image: a, deny: true}, {image: b}, {image: c}]"
        ),
        Case(
            name: "a key is deleted", old: "machine: {token: a, ca: {crt: b}}",
            patch: "machine: {ca: {$patch: delete}}", expected: "machine: {token: a}"),
        Case(
            name: "the last key takes its mapping along", old: "machine: {token: a, nodeLabels: {x: \"\"}}",
            patch: "machine: {nodeLabels: {x: {$patch: delete}}}", expected: "machine: {token: a}"),
        Case(
            name: "an element is deleted by its first key",
            old: "machine: {network: {interfaces: [{interface: eth0}, {interface: eth1}]}}",
            patch: "machine: {network: {interfaces: [{interface: eth0, $patch: delete}]}}",
            expected: "machine: {network: {interfaces: [{interface: eth1}]}}"),
        Case(
            name: "deleting comes before merging",
            old: "machine: {network: {interfaces: [{interface: eth0, mtu: 9}]}}",
            patch:
                "machine: {network: {interfaces: [{interface: eth0, dhcp: true}, {interface: eth0, $patch: delete}]}}",
            expected: "machine: {network: {interfaces: [{interface: eth0, dhcp: true}]}}"),
        Case(
            name: "a document is deleted", old: "machine: {}\n---\n" + mirror + "name: a",
            patch: mirror + "name: a\n$patch: delete", expected: "machine: {}"),
        Case(
            name: "deleting a document that is not there is no fault", old: "machine: {}",
            patch: mirror + "name: a\n$patch: delete", expected: "machine: {}"),
        Case(
            name: "deleting in a document that is not there is no fault", old: "machine: {}",
            patch: mirror + "name: a\nendpoints: {$patch: delete}", expected: "machine: {}"),
        Case(
            name: "an empty patch changes nothing", old: "machine: {a: b}", patch: "---\n", expected: "machine: {a: b}"),
    ]

    @Test("Talos's rules", arguments: cases)
    func rule(_ rule: Case) throws {
        let merged = try StrategicMerge.apply(text: rule.patch, to: YAML.parse(rule.old))
        #expect(merged == (try YAML.parse(rule.expected)), "\(YAML.emit(merged))")
    }

    @Test(
        "What Talos would refuse is refused at its place",
        arguments: [
            ("- op: add\n  path: /machine\n", "JSON6902", "p:1:1"),
            ("machine:\n  a:\n    $patch: delete\n", "lookup failed: machine.a", "p:3:5"),
            ("machine:\n  a:\n    $patch: replace\n", "unknown patch directive \"replace\"", "p:3:13"),
            (
                "machine:\n  list:\n    - name: x\n      inner:\n        $patch: delete\n",
                "cannot delete an inner key in machine.list", "p:3:7"
            ),
            ("machine:\n  list:\n    - name: y\n      $patch: delete\n", "lookup failed: machine.list", "p:3:7"),
            ("machine:\n  list:\n    - $patch: delete\n", "is not named", "p:3:7"),
            ("machine: {}\n$patch: delete\n", "cannot be deleted", "p:1:1"),
            ("foo: bar\n", "missing kind", "p:1:1"),
            ("text\n", "must be a mapping", "p:1:1"),
        ])
    func refusals(patch: String, message: String, location: String) throws {
        let old = try YAML.parse("machine: {list: [{name: x, inner: {a: b}}]}")
        #expect { try StrategicMerge.apply(text: patch, to: old, file: "p") } throws: { error in
            (error as? Fault)?.location == location && "\(error)".contains(message)
        }
    }

    @Test("Patches without lists are idempotent, keep what they do not name, and all they name arrives")
    func properties() throws {
        var generator = Seeded(77)
        for _ in 0..<300 {
            let old: Node = ["machine": Self.tree(depth: 4, &generator)]
            let patch: Node = ["machine": Self.tree(depth: 4, &generator)]
            let once = try StrategicMerge.apply([patch], to: [old])
            #expect(try StrategicMerge.apply([patch], to: once) == once)
            #expect(try StrategicMerge.apply([old], to: [old]) == [old])
            #expect(Self.isMerge(once[0], of: old, and: patch))
        }
    }

    @Test("Patches of different fields commute")
    func commuting() throws {
        var generator = Seeded(78)
        for _ in 0..<100 {
            let old: Node = ["machine": ["a": "1"], "cluster": ["b": "2"]]
            let first: Node = ["machine": Self.tree(depth: 3, &generator)]
            let second: Node = ["cluster": Self.tree(depth: 3, &generator)]
            let oneWay = try StrategicMerge.apply([first, second], to: [old])
            let otherWay = try StrategicMerge.apply([second, first], to: [old])
            #expect(oneWay == otherWay)
        }
    }

    /// Mappings and non-empty scalars over few keys, so that they meet.
    private static func tree(depth: Int, _ generator: inout Seeded) -> Node {
        let keys = ["a", "b", "c", "d"].filter { _ in Bool.random(using: &generator) }
        return .mapping(
            keys.map { key in
                let isLeaf = depth == 0 || key == "a" || key == "b"
                return (
                    key, isLeaf ? .int(Int.random(in: 1...9, using: &generator)) : tree(depth: depth - 1, &generator)
                )
            })
    }

    private static func isMerge(_ merged: Node, of old: Node?, and patch: Node?) -> Bool {
        guard let pairs = merged.mapping else { return merged == patch ?? old }
        let keys = Set(pairs.compactMap(\.key.text))
        let expected = Set([old, patch].flatMap { $0?.mapping ?? [] }.compactMap(\.key.text))
        return keys == expected
            && pairs.allSatisfy { isMerge($0.value, of: old?[$0.key.text ?? ""], and: patch?[$0.key.text ?? ""]) }
    }
}

/// A reproducible generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
