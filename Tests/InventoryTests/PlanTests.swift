import Core
import Embedded
import Inventory
import Packages
import Testing
import YAML

@Suite struct PlanTests {
    private func plan(_ text: String) throws -> Plan {
        let release = try Release.load(embedded: Embedded())
        return try Plan.make(try load(text).get(), release: release)
    }

    @Test("A plan fixes the versions, the source and one node to begin etcd on")
    func choices() throws {
        let plan = try plan(
            ClusterSpec.exampleYAML.replacing(
                "role: control-plane\n    match: {mac: \"52:54:00:aa:bb:02",
                with: "role: control-plane\n    match: {mac: \"52:54:00:aa:bb:04"))
        #expect(plan.versions.talos == "v1.13.6")
        #expect(plan.versions.kubernetes == "v1.33.12")
        #expect(plan.source.url == "oci://registry.example.org/cozystack/cozystack-packages")
        #expect(plan.assets.map(\.name) == ["kernel-amd64", "initramfs-metal-amd64.xz"])
        #expect(plan.nodes.map(\.bootstrap) == [true, false, false])
        #expect(plan.bootstrapNode?.name == "node-1")
        #expect(plan.block(of: plan.nodes[1])?.description == "10.0.0.12/24")
        #expect(plan.platformValues["networking"]?["podCIDR"] == "10.244.0.0/16")
        #expect(
            plan.platformValues["publishing"] == [
                "apiServerEndpoint": "https://10.0.0.10:6443", "host": "cloud.example.org",
            ])
        #expect(plan.platformValues["monitoring"] == ["rootEnabled": true])
    }

    @Test("Without a source of its own the spec takes the release's, pinned by digest")
    func source() throws {
        let release = try Release.load(embedded: Embedded())
        let plan = try plan(minimal)
        #expect(plan.source.url == release.source.url)
        #expect(plan.source.digest == release.source.digest)
    }

    @Test("The first control plane in the order of the file begins etcd, also behind workers")
    func bootstrap() throws {
        let worker = """
              nodes:
              - {name: w, role: worker, match: {serial: W1}, address: 127.77.1.9, disk: {serial: D1}}

            """
        let plan = try plan(minimal.replacing("  nodes:\n", with: worker))
        #expect(plan.nodes.map(\.bootstrap) == [false, true])
        #expect(plan.controlPlanes.map(\.name) == ["one"])
        #expect(plan.workers.map(\.name) == ["w"])
    }

    @Test("A plan goes through its canonical JSON unchanged, and its identity is the digest of these bytes")
    func json() throws {
        for text in [ClusterSpec.exampleYAML, minimal] {
            let plan = try plan(text)
            let read = try Plan(json: JSON(parsing: plan.canonicalBytes))
            #expect(read == plan)
            #expect(read.id == plan.id)
            #expect(read.canonicalBytes == plan.canonicalBytes)
            #expect(plan.id.hasPrefix("sha256:") && plan.id.utf8.count == 71)
        }
    }

    @Test("Comments and order of keys do not change the identity, values do")
    func identity() throws {
        let id = try plan(minimal).id
        #expect(
            try plan(
                "# note\n" + minimal.replacing("address: 127.77.1.1\n", with: "address:   \"127.77.1.1\" # here\n")
            ).id == id)
        #expect(try plan(minimal.replacing("127.77.1.1\n", with: "127.77.1.2\n")).id != id)
        #expect(try plan(minimal.replacing("naa.1", with: "naa.2")).id != id)
    }

    @Test(
        "A machine is the node whose known marks it shows, and none other",
        arguments: [
            ("52:54:00:aa:bb:01", nil, nil, ["node-1"]), ("52:54:00:aa:bb:09", nil, nil, []),
            ("52:54:00:aa:bb:01", "00000000-0000-0000-0000-000000000009", nil, []), (nil, nil, "7xk2v53", ["node-1"]),
            (nil, nil, nil, []), ("52:54:00:aa:bb:02", "4c4c4544-0042-3510-8053-b4c04f4e4d32", nil, ["node-2"]),
        ] as [(String?, String?, String?, [String])])
    func matching(mac: String?, uuid: String?, serial: String?, names: [String]) throws {
        let found = try plan(ClusterSpec.exampleYAML).nodes(
            mac: mac.flatMap { MACAddress($0) }, uuid: uuid.flatMap { MachineUUID($0) }, serial: serial)
        #expect(found.map(\.name) == names)
    }

    @Test("A plan of another release, or of a variant that cannot become ready, is refused")
    func refusals() throws {
        let release = try Release.load(embedded: Embedded())
        var spec = try load(minimal).get()
        spec.variant = "isp-hosted"
        let faults = #expect(throws: Faults.self) { try Plan.make(spec, release: release) }
        #expect(faults?.all.first?.code == .refused)
        spec.variant = "isp-full"
        spec.release = "v1.7.0"
        #expect(throws: Faults.self) { try Plan.make(spec, release: release) }
    }

    @Test("A stored plan with a missing part is refused with its path")
    func stored() throws {
        var json = try plan(minimal).json
        json[["networks", "node", "subnet"]] = "10.0.0.0"
        let fault = #expect(throws: Fault.self) { try Plan(json: json, file: "plan.json") }
        #expect(fault?.description.contains("networks.node.subnet is not as expected") == true)
    }

    @Test("A patch may be a mapping or text, and both reach the plan as YAML text")
    func patches() throws {
        let text = minimal.replacing(
            "    disk: {wwid: naa.1}\n",
            with:
                "    disk: {wwid: naa.1}\n    patches:\n    - |\n      # kept\n      machine: {env: {A: b}}\n    - {machine: {env: {C: 0o644}}}\n"
        )
        let patches = try plan(text).nodes[0].patches
        #expect(patches == ["# kept\nmachine: {env: {A: b}}\n", "machine:\n  env:\n    C: 0o644\n"])
    }
}
