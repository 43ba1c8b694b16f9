import Core
import TalosMessages
import Testing
import YAML

@testable import Lab

@Suite struct NodeResourcesTests {
    private func snapshot() throws -> NodeSnapshot {
        let hardware = try #require(NodeHardware(index: 0, seed: 1))
        return NodeSnapshot(
            hardware: hardware, linkNames: ["eth0", "eth1"], address: CIDR("127.200.1.1/16"),
            gateway: IPAddress("127.200.0.254"), hostname: "node-001", stage: "maintenance", unmetConditions: [],
            bootID: "b", commandLine: "c", talosVersion: "v1.13.6", services: ServiceBoard(), systemDisk: nil,
            etcdMember: nil, isTimeInSync: false, config: nil)
    }

    @Test("what a bootstrapper reads before it decides is there")
    func inventory() throws {
        let node = try snapshot()
        let disks = try #require(NodeResources.list("Disks.block.talos.dev", of: node))
        #expect(disks.map(\.id) == ["nvme0n1", "sda", "sr0", "loop0"])
        #expect(disks[1].spec["wwid"]?.text == node.hardware.systemDisk?.wwid)
        #expect(disks[1].spec["dev_path"]?.text == "/dev/sda")
        let information = NodeResources.list("SystemInformations.hardware.talos.dev", of: node)?.first
        #expect(information?.spec["uuid"]?.text == node.hardware.uuid.description)
        let links = NodeResources.list("LinkStatuses.net.talos.dev", of: node)
        #expect(links?.map(\.id) == ["eth0", "eth1", "lo"])
        #expect(links?.first?.spec["hardwareAddr"]?.text == node.hardware.mac.description)
    }

    @Test("the system disk is there when something is installed, and only then")
    func systemDisk() throws {
        var node = try snapshot()
        #expect(NodeResources.list("SystemDisks.block.talos.dev", of: node) == [])
        node.systemDisk = node.hardware.systemDisk
        #expect(NodeResources.list("SystemDisks.block.talos.dev", of: node)?.first?.spec["diskID"]?.text == "sda")
    }

    @Test("unknown types and namespaces are refused, secrets are for administrators")
    func access() throws {
        #expect(NodeResources.list("Nothing.talos.dev", of: try snapshot()) == nil)
        let unknownType = CallStatus(.permissionDenied, "resource type \"Nothing.talos.dev\" is not supported")
        #expect(throws: unknownType) {
            try NodeResources.check(type: "Nothing.talos.dev", namespace: "runtime", isAdmin: true)
        }
        #expect(throws: CallStatus(.permissionDenied, "namespace \"nowhere\" is not supported")) {
            try NodeResources.check(type: "Disks.block.talos.dev", namespace: "nowhere", isAdmin: true)
        }
        #expect(throws: CallStatus.notAuthorized) {
            try NodeResources.check(type: "MachineConfigs.config.talos.dev", namespace: "config", isAdmin: false)
        }
        #expect(throws: Never.self) {
            try NodeResources.check(type: "MachineConfigs.config.talos.dev", namespace: "config", isAdmin: true)
        }
    }

    @Test("a resource gets a new version when its content changes, and at no other time")
    func versions() throws {
        var ledger = ResourceLedger()
        var node = try snapshot()
        func version(_ node: NodeSnapshot) -> String? {
            NodeResources.list("MachineStatuses.runtime.talos.dev", of: node)?.first
                .map { ledger.message($0, now: Timestamp(seconds: 1)).metadata.version }
        }
        #expect(version(node) == "1")
        #expect(version(node) == "1")
        node.stage = "installing"
        #expect(version(node) == "2")
    }

    @Test("the machines of a lab differ in everything that identifies them, and each lab of a seed has the same")
    func hardware() {
        let machines = (0..<300).compactMap { NodeHardware(index: $0, seed: 7) }
        #expect(machines.count == 300)
        #expect(Set(machines.map(\.mac)).count == 300)
        #expect(Set(machines.map(\.uuid)).count == 300)
        #expect(Set(machines.map(\.serial)).count == 300)
        #expect(Set(machines.compactMap(\.systemDisk?.wwid)).count == 300)
        #expect(machines == (0..<300).compactMap { NodeHardware(index: $0, seed: 7) })
        #expect(machines[0] != NodeHardware(index: 0, seed: 8))
    }
}
