import Core
import HTTPClient
import Logging
import Netboot
import PKI
import TalosAPI
import TalosConfig
import Testing
import YAML

@testable import Lab

/// The Talos API of a node in its two personalities.
@Suite(.serialized) struct NodeAPITests {
    private static func inMaintenance(
        _ body: @escaping @Sendable (LabHarness, LabDescription.Node, String) async throws -> Void
    ) async throws {
        try await LabHarness.run(delivery: .push) { harness in
            let node = harness.lab.nodes[0]
            let fingerprint = try await eventually("maintenance") { () -> String? in
                if case .maintenance(let fingerprint) = await harness.host.presence(node) { return fingerprint }
                return nil
            }
            try await body(harness, node, fingerprint)
        }
    }

    @Test("maintenance: anybody reads, nobody bootstraps; then a pushed configuration changes everything")
    func maintenance() async throws {
        try await Self.inMaintenance { harness, node, fingerprint in
            let host = harness.host
            let client = host.maintenance(node, pins: [fingerprint])
            #expect(try await client.version().tag == "v1.13.6")
            #expect(try await client.systemInformation()?.uuid == node.uuid)
            #expect(try await client.disks().contains { $0.wwid == node.diskWWID })
            #expect(try await client.systemDisk() == nil)
            let boot = try await client.bootID()
            await #expect { try await client.bootstrap() } throws: { "\($0)".contains("not authorized") }
            await #expect { try await client.reset(graceful: false, reboot: true) } throws: {
                "\($0)".contains("not authorized")
            }
            await #expect {
                _ = try await client.resource(.init("MachineConfigs.config.talos.dev", in: "config"), "v1alpha1")
            } throws: { "\($0)".contains("not authorized") }
            // A wrong pin does not get in.
            let stranger = host.maintenance(node, pins: [String(repeating: "A", count: 43) + "="])
            await #expect(throws: Fault.self) { _ = try await stranger.version() }
            // Nor does a configuration for another machine's disk.
            let wrong = try host.config(of: node).replacing(node.diskWWID, with: "naa.5002ffffffff")
            await #expect { try await client.applyConfiguration(Array(wrong.utf8), mode: .auto) } throws: {
                "\($0)".contains("no disks matched the expression")
            }
            let applied = try await client.applyConfiguration(Array(try host.config(of: node).utf8), mode: .auto)
            #expect(applied.details == "Applied configuration without a reboot")
            let secure = try host.client(node)
            let disk = try await eventually("the installation") { try await secure.systemDisk() }
            #expect(disk == "/dev/sda")
            let second = try await eventually("the second boot") { try await secure.bootID() }
            #expect(second != boot)
            // The old client's kind is not let in any more.
            await #expect(throws: Fault.self) { _ = try await host.maintenance(node).version() }
        }
    }

    @Test("the kernel log tells the fingerprint to the sink, from the machine's own address")
    func kernelLog() async throws {
        try await Self.inMaintenance { harness, node, fingerprint in
            let lab = harness.lab
            let sink = KernelLogSink(
                host: lab.provisioning.address.description, port: lab.provisioning.logPort,
                log: .init(label: "test"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await sink.run() }
                group.addTask {
                    for await line in sink.lines where line.fingerprint == fingerprint {
                        #expect(line.address == node.address)
                        return
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    @Test("only what the role allows: readers read, strangers and two-way certificates stay out")
    func roles() async throws {
        try await LabHarness.run(delivery: .pull) { harness in
            let node = harness.lab.nodes[0]
            let host = harness.host
            _ = try await eventually("the API") { try await host.client(node).version() }
            let reader = try host.client(node, roles: ["os:reader"])
            #expect(try await reader.version().tag == "v1.13.6")
            await #expect { try await reader.bootstrap() } throws: { "\($0)".contains("not authorized") }
            let nobody = try host.client(node, roles: ["os:cook"])
            await #expect { _ = try await nobody.version() } throws: { "\($0)".contains("not authorized") }
            let twoWay = try host.secrets.talosCA.issue(
                .init(
                    organizations: ["os:admin"], usage: .serverAndClient, validity: .seconds(3600),
                    backdate: .seconds(60)),
                clock: SystemWallClock())
            let client = TalosClient(
                http: host.http, node: host.endpoint(node),
                access: .configured(caPEM: host.secrets.talosCA.certificate.pem, identity: twoWay))
            await #expect(throws: Fault.self) { _ = try await client.version() }
        }
    }

    @Test("Bootstrap is taken once, and etcd tells who made it")
    func bootstrap() async throws {
        try await LabHarness.run(delivery: .pull) { harness in
            let node = harness.lab.nodes[0]
            let client = try harness.host.client(node)
            _ = try await eventually("the bootstrap") {
                try await client.bootstrap()
                return true
            }
            await #expect { try await client.bootstrap() } throws: {
                "\($0)".contains("etcd data directory is not empty")
            }
            let members = try await eventually("etcd") { try await client.etcdMembers() }
            #expect(members.map(\.hostname) == [node.name])
            #expect(try await client.etcdStatus().leader == members[0].id)
            // After a reboot it is the same member of the same cluster.
            let boot = try await client.bootID()
            _ = try await client.reboot()
            _ = try await eventually("the next boot") {
                let now = try await client.bootID()
                return now != boot ? true : nil
            }
            let again = try await eventually("etcd after the reboot") { try await client.etcdMembers() }
            #expect(again.map(\.id) == members.map(\.id))
            await #expect { try await client.bootstrap() } throws: { _ in true }
            let created = try harness.accesses().filter { $0["service"]?.string == "etcd" }
            #expect(created.count == 1)
            _ = try await eventually("a running system") {
                try await client.machineStatus()?.stage == .running ? true : nil
            }
        }
    }

    @Test("the kubeconfig call hands out a kubeconfig, in a tar without its end")
    func kubeconfig() async throws {
        try await LabHarness.run(delivery: .pull) { harness in
            let node = harness.lab.nodes[0]
            let client = try harness.host.client(node)
            _ = try await eventually("the API") { try await client.version() }
            let bytes = try await harness.call("/machine.MachineService/Kubeconfig", on: node)
            // common.Data: field 2 holds the bytes, which begin with gzip's magic.
            let start = try #require(bytes.firstRange(of: [0x1F, 0x8B])).lowerBound
            let tar = try Gzip.decompressedIfNeeded(Array(bytes[start...]), limit: 1 << 20)
            #expect(String(decoding: tar.prefix(10), as: UTF8.self) == "kubeconfig")
            let text = String(decoding: tar[512...], as: UTF8.self)
            #expect(text.contains("current-context: admin@lab"))
            #expect(text.contains("https://\(harness.lab.vip):6443"))
            // The two zero blocks and the padding are missing.
            #expect(tar.last != 0)
        }
    }

    @Test("a watch shows the stages that a machine goes through")
    func watch() async throws {
        try await Self.inMaintenance { harness, node, _ in
            let client = harness.host.maintenance(node)
            let stream = try await client.watch(.machineStatuses, id: "machine")
            var iterator = stream.makeAsyncIterator()
            let first = try await iterator.next()
            #expect("\(String(describing: first))".contains("maintenance"))
            stream.cancel()
        }
    }

    @Test("a node polls through refusals with Talos' patience: 404, an empty answer, rubbish, a foreign disk")
    func fetching() async throws {
        try await LabHarness.run(delivery: .pull, serving: false) { harness in
            let node = harness.lab.nodes[0]
            let host = harness.host
            let foreign = try host.config(of: node).replacing(node.diskWWID, with: "naa.5002ffffffff")
            host.refuse(
                node.mac,
                with: [
                    .notFound, .notFound, .serve([]), .serve(Array("machine: {colour: red}".utf8)),
                    .serve(Array(foreign.utf8)),
                ])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await host.run() }
                group.addTask {
                    _ = try await eventually("the installed system") { try await host.client(node).systemDisk() }
                    #expect(host.requests(of: node.mac) == 6)
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    @Test("a second configuration is refused while the first one is being taken")
    func secondConfiguration() async throws {
        try await Self.inMaintenance { harness, node, _ in
            let client = harness.host.maintenance(node)
            let config = Array(try harness.host.config(of: node).utf8)
            let dry = try await client.applyConfiguration(config, dryRun: true)
            #expect(dry.details.contains("skipped in dry-run"))
            _ = try await client.applyConfiguration(config)
            // Either the node says so, or it has hung up already.
            await #expect(throws: Fault.self) { _ = try await client.applyConfiguration(config) }
            let installs = try await eventually("the installation") {
                let installs = try harness.accesses().filter { $0["service"]?.string == "disk" }
                return installs.isEmpty ? nil : installs
            }
            #expect(installs.count == 1)
        }
    }

    @Test("an installed node changes labels at once and files with a reboot, and stages what it is told to")
    func reconfiguration() async throws {
        try await LabHarness.run(delivery: .pull) { harness in
            let node = harness.lab.nodes[0]
            let client = try harness.host.client(node)
            _ = try await eventually("the installed system") { try await client.systemDisk() }
            let boot = try await client.bootID()
            let labelled = try harness.host.config(of: node, patches: ["machine: {nodeLabels: {colour: red}}"])
            #expect(try await client.applyConfiguration(Array(labelled.utf8)).mode == .noReboot)
            let filed = try harness.host.config(
                of: node, patches: ["machine: {files: [{path: /var/a, op: create, content: a}]}"])
            await #expect { try await client.applyConfiguration(Array(filed.utf8), mode: .noReboot) } throws: {
                "\($0)".contains("immediate mode")
            }
            #expect(try await client.applyConfiguration(Array(filed.utf8), mode: .staged).mode == .staged)
            #expect(try await client.bootID() == boot)
            #expect(try await client.applyConfiguration(Array(labelled.utf8), mode: .reboot).mode == .reboot)
            _ = try await eventually("the reboot") { try await client.bootID() != boot ? true : nil }
        }
    }

    @Test("a node that is reset is an empty machine again")
    func reset() async throws {
        try await LabHarness.run(delivery: .push) { harness in
            let node = harness.lab.nodes[0]
            let host = harness.host
            _ = try await eventually("maintenance") {
                try await host.maintenance(node).applyConfiguration(Array(try host.config(of: node).utf8))
            }
            let client = try host.client(node)
            _ = try await eventually("the installed system") { try await client.systemDisk() }
            _ = try await client.reset(graceful: false, reboot: true)
            _ = try await eventually("maintenance again") {
                if case .maintenance = await host.presence(node) { return true }
                return nil
            }
            #expect(try await host.maintenance(node).systemDisk() == nil)
        }
    }

    @Test("what does not speak gRPC is turned away, and the node goes on")
    func strangers() async throws {
        try await Self.inMaintenance { harness, node, _ in
            let url = "https://\(node.address):50000/"
            let tls = TLSSettings(trust: .unverified)
            await #expect(throws: Fault.self) {
                _ = try await harness.host.http.collect(HTTPRequest(.get, url, tls: tls, version: .http1))
            }
            let page = try await harness.host.http.collect(HTTPRequest(.get, url, tls: tls, version: .http2))
            #expect(page.head.status == 415)
            let rubbish = GRPCChannel(
                http: harness.host.http, host: node.address.description, port: 50_000, security: .tls(tls))
            await #expect(throws: GRPCStatus.self) {
                _ = try await rubbish.unary("/cosi.resource.State/Get", [0xFF, 0xFF], deadline: .seconds(5))
            }
            await #expect(throws: GRPCStatus.self) {
                _ = try await rubbish.unary("/no.Such/Thing", [], deadline: .seconds(5))
            }
            #expect(try await harness.host.maintenance(node).version().tag == "v1.13.6")
        }
    }
}
