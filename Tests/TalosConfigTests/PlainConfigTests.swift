import Core
import PKI
import TalosConfig
import Testing
import YAML

@Suite struct PlainConfigTests {
    @Test(
        "The config for a role is talosctl's, byte for byte",
        arguments: [(NodeRole.controlPlane, "base-controlplane.yaml"), (.worker, "base-worker.yaml")])
    func golden(role: NodeRole, file: String) throws {
        let config = try MachineConfigGenerator.plain(
            role: role, cluster: Fixtures.base, secrets: Fixtures.secrets())
        #expect(config.text == (try Fixtures.talos(file)))
    }
}
