import Core
import Inventory
import Testing

@Suite struct WrongSpecTests {
    @Test(
        "Each wrong cluster.yaml is answered with its place, the fault and what would be right",
        arguments: WrongSpec.all)
    func wrong(_ spec: WrongSpec) {
        #expect(spec.text != ClusterSpec.exampleYAML, "the example no longer holds \(spec.old)")
        let found = faults(spec.text)
        let match = found.first { $0.location == "cluster.yaml:\(spec.place)" && $0.what.hasPrefix(spec.what) }
        #expect(match != nil, "\(found.map(\.description).joined(separator: "\n"))")
        #expect(match?.why != nil || match?.next != nil)
        if !spec.next.isEmpty { #expect(match?.next?.hasPrefix(spec.next) == true, "\(match?.next ?? "nothing")") }
    }
}

extension WrongSpecTests {
    @Test("Twenty faults in one file are reported at once, in the order of their places")
    func twenty() {
        let text = """
            apiVersion: bootstrap.cozystack.io/v1
            kind: ManagementCluster
            metadata:
              name: Cozy
            spec:
              variant: isp-full
              relase: v1.6.2
              endpoint: https://10.0.0.9:6443
              vip: 10.0.0.10
              networks:
                node: {subnet: 10.0.0.0/24, gateway: 10.0.1.1}
                pod: {subnet: 10.96.0.0/12}
                dns: 10.0.0.1
              boot:
                mode: pxe
                address: 10.0.0.2
                ranges: [10.0.0.10-10.0.0.20]
                ports: {tftp: 0}
              delivery: {method: fetch, trust: none}
              nodes:
              - name: node-1
                role: control-plane
                match: {mac: 52:54:00:aa:bb}
                address: 10.0.0.11
                disk: {wwid: naa.1}
                labels: {zone: 3}
              - name: node-1
                role: control-plane
                match: {serial: 7XK2V53}
                address: 10.0.0.11
                disk: /dev/sda
              - name: node-3
                role: worker
                match: {serial: 7XK2V53}
                disk: {wwid: naa.1}
              platform: {values: {publishing: {host: 10.0.0.1}}}
              rootTenant: {etcd: yes}

            """
        let found = faults(text)
        let places = found.map { $0.location?.dropFirst("cluster.yaml:".count).description ?? "" }
        let expected = [
            "1:13", "4:9", "7:3", "8:13", "11:42", "12:19", "13:10", "15:11", "17:14", "18:19", "19:22", "19:36",
            "20:3",
            "23:18", "26:20", "27:11", "30:14", "31:11", "32:5", "34:21", "35:18", "36:42", "37:22",
        ]
        #expect(places == expected, "\(found.map(\.description).joined(separator: "\n"))")
        #expect(found.count >= 20)
        #expect(found.allSatisfy { $0.code == .usage && ($0.why != nil || $0.next != nil) })
    }

    @Test(
        "A file that is no cluster.yaml at all is answered with one clear fault",
        arguments: [
            ("", "cluster.yaml: the YAML text holds no document"), ("a: [", "cluster.yaml:2:1: invalid YAML"),
            ("[]", "cluster.yaml:1:1: the document is a list: it must be a mapping"),
            ("---\n---\n", "cluster.yaml:3:1: the YAML text holds 2 documents: exactly one is wanted"),
            ("a: 1\na: 2", "cluster.yaml:2:1: the key \"a\" stands twice"),
            ("~", "cluster.yaml:1:1: the document has no value"),
        ])
    func nothing(text: String, description: String) {
        let found = faults(text)
        #expect(found.first?.description.hasPrefix(description) == true, "\(found)")
        #expect(found.first?.code == .usage)
    }

    @Test("Whatever is cut out of or put into a file, it is answered and never crashes", arguments: 0..<4)
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let lines = ClusterSpec.exampleYAML.split(separator: "\n", omittingEmptySubsequences: false)
        for _ in 0..<60 {
            var changed = lines
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<changed.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: changed.remove(at: index)
                case 1: changed.insert(lines[Int.random(in: 0..<lines.count, using: &random)], at: index)
                case 2: changed[index] = changed[index].prefix(Int.random(in: 0...changed[index].count, using: &random))
                default: changed[index] = Substring(changed[index].replacing(":", with: ": 7", maxReplacements: 1))
                }
            }
            let found = faults(changed.joined(separator: "\n"))
            #expect(found.allSatisfy { $0.location?.hasPrefix("cluster.yaml") == true })
        }
    }

    @Test("Even and large numbers of control planes are refused with the reason", arguments: [2, 4, 6, 7])
    func quorum(count: Int) {
        let nodes = (1...count).map {
            "  - {name: n\($0), role: control-plane, match: {serial: S\($0)}, address: 127.77.2.\($0), disk: {serial: D\($0)}}\n"
        }
        let start = minimal.prefix(upTo: minimal.firstRange(of: "  - name: one")?.lowerBound ?? minimal.startIndex)
        let end = minimal.suffix(from: minimal.firstRange(of: "  platform")?.lowerBound ?? minimal.startIndex)
        let found = faults(start + nodes.joined() + end)
        #expect(found.map(\.what) == ["spec.nodes has \(count) control planes"])
        #expect(found.first?.location == "cluster.yaml:11:3")
    }
}
