import Core
import SwiftProtobuf
import TalosMessages
import Testing
import YAML

@testable import TalosAPI

@Suite("What resources say")
struct ReaderTests {
    private func resource(_ id: String, _ yaml: String) throws -> TalosResource {
        try TalosResource(
            .with {
                $0.metadata.id = id
                $0.metadata.type = "Things.example"
                $0.spec.yamlSpec = yaml
            })
    }

    @Test("A link says whether it is physical and up, and both of its addresses")
    func links() throws {
        let ether = TalosLink(
            try resource(
                "eth0",
                """
                type: ether
                kind: ""
                hardwareAddr: 52:54:00:aa:bb:01
                permanentAddr: 52:54:00:aa:bb:02
                linkState: true
                speedMbit: 10000
                driver: ixgbe
                """))
        #expect(ether.isPhysical && ether.isUp)
        #expect(ether.mac == MACAddress("52:54:00:aa:bb:01"))
        #expect(ether.permanentMAC == MACAddress("52:54:00:aa:bb:02"))
        #expect(ether.speed == 10000)
        let bond = TalosLink(try resource("bond0", "type: ether\nkind: bond\noperationalState: up\n"))
        #expect(!bond.isPhysical && bond.isUp && bond.mac == nil)
    }

    @Test("A serial number of digits stays text, and a UUID that firmware left out is none")
    func systemInformation() throws {
        let spec = try resource(
            "systeminformation",
            "manufacturer: Lab\nproductName: X\nserialnumber: 00123\nuuid: 00000000-0000-0000-0000-000000000000\n"
        ).spec
        let information = TalosSystemInformation(spec)
        #expect(information.serial == "00123")
        #expect(information.uuid == nil)
    }

    @Test(
        "Stages are read as Talos writes them",
        arguments: [("running", MachineStatus.Stage.running), ("shutting down", .shuttingDown), ("novel", .unknown)])
    func stages(_ text: String, _ stage: MachineStatus.Stage) throws {
        let status = MachineStatus(
            try resource(
                "machine",
                "stage: \(text)\nstatus:\n  ready: false\n  unmetConditions:\n    - name: services\n      reason: etcd not healthy\n"
            ).spec)
        #expect(status.stage == stage)
        #expect(status.unmet == [.init(name: "services", reason: "etcd not healthy")])
    }

    @Test("A spec that is no YAML is refused with the resource's name")
    func broken() {
        #expect(throws: Fault.self) { try resource("x", "a: [1") }
    }
}
