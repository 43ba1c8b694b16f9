import Core
import HTTPClient
import Kubernetes
import Netboot
import PKI
import TalosAPI
import TalosConfig
import Testing

@testable import Lab

/// Whole machines, from the power cable to the Kubernetes node, over real sockets.
@Suite(.serialized) struct DatacenterTests {
    @Test("three control planes and a worker come up from cold metal to a cluster of registered nodes")
    func cluster() async throws {
        try await LabHarness.run(nodes: 4, controlPlanes: 3, delivery: .pull) { harness in
            let (lab, host) = (harness.lab, harness.host)
            let first = lab.nodes[0]
            // No worker has a secure API before there is a control plane behind the endpoint.
            for node in lab.nodes.prefix(3) {
                _ = try await eventually("the API of \(node.name)") {
                    await host.presence(node) == .configured ? true : nil
                }
            }
            let worker = await host.presence(lab.nodes[3])
            guard case .absent = worker else {
                Issue.record("the worker's API is \(worker) before there is a cluster")
                return
            }
            let client = try host.client(first)
            _ = try await eventually("the bootstrap") {
                try await client.bootstrap()
                return true
            }
            let members = try await eventually("three voters") {
                let members = try await client.etcdMembers()
                return members.count == 3 && members.allSatisfy { !$0.isLearner } ? members : nil
            }
            #expect(Set(members.map(\.hostname)) == Set(lab.nodes.prefix(3).map(\.name)))
            let kubernetes = try harness.kubernetes()
            let nodes = try await eventually("four nodes") {
                let nodes = try await kubernetes.list(.node).items
                return nodes.count == 4 && nodes.allSatisfy { $0.condition("Ready") != nil } ? nodes : nil
            }
            #expect(nodes.allSatisfy { $0.condition("Ready")?.reason == "KubeletNotReady" })
            #expect(nodes.allSatisfy { $0.labels["lab/serial"] != nil })
            let controlPlanes = nodes.filter { $0.labels["node-role.kubernetes.io/control-plane"] != nil }
            #expect(Set(controlPlanes.map(\.name)) == Set(lab.nodes.prefix(3).map(\.name)))
            // Now the worker's API is there too.
            _ = try await eventually("the worker's API") {
                try await host.client(lab.nodes[3]).version()
            }
            let log = try harness.accesses()
            let created = log.filter { $0["service"]?.string == "etcd" && $0["write"]?.bool == true }
            #expect(created.count == 1)
            let installs = log.filter { $0["service"]?.string == "disk" }
            #expect(Set(installs.compactMap { $0["call"]?.string }) == Set(lab.nodes.map { "install \($0.diskWWID)" }))
        }
    }

    @Test("the shared address moves to another control plane when its holder goes down")
    func sharedAddress() async throws {
        try await LabHarness.run(nodes: 3, delivery: .pull) { harness in
            let first = harness.lab.nodes[0]
            let client = try harness.host.client(first)
            _ = try await eventually("the bootstrap") {
                try await client.bootstrap()
                return true
            }
            let second = try harness.host.client(harness.lab.nodes[1])
            _ = try await eventually("three voters") {
                let members = try await second.etcdMembers()
                return members.count == 3 && members.allSatisfy { !$0.isLearner } ? true : nil
            }
            let kubernetes = try harness.kubernetes()
            _ = try await eventually("three nodes") {
                try await kubernetes.list(.node).items.count == 3 ? true : nil
            }
            let uid = try await kubernetes.get(.node, first.name)?.uid
            _ = try await client.shutdown()
            // The same objects, from another machine.
            let server = try await eventually("an answer from another control plane") { () -> String? in
                let node = try await kubernetes.get(.node, first.name)
                #expect(node?.uid == uid)
                let last = try harness.accesses().last {
                    $0["call"]?.string == "GET /api/v1/nodes/\(first.name)"
                }
                return last?["node"]?.string.flatMap { $0 == first.name ? nil : $0 }
            }
            #expect(harness.lab.nodes.dropFirst().map(\.name).contains(server))
            #expect(try await second.etcdMembers().count == 3)
            guard case .absent = await harness.host.presence(first) else {
                Issue.record("a machine that is off answers")
                return
            }
        }
    }

    @Test("without a provisioning host the machines keep asking, and boot when it comes up")
    func lateHost() async throws {
        try await LabHarness.run(delivery: .push, serving: false) { harness in
            _ = try await eventually("a failed network boot") {
                try harness.accesses().contains { $0["status"]?.string == "timeout" } ? true : nil
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await harness.host.run() }
                group.addTask {
                    _ = try await eventually("maintenance") {
                        if case .maintenance = await harness.host.presence(harness.lab.nodes[0]) { return true }
                        return nil
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    @Test("behind a proxy DHCP the machines take their addresses from the datacenter's own server")
    func proxy() async throws {
        try await LabHarness.run(nodes: 2, delivery: .push, mode: .proxy, firmware: .uefi) { harness in
            for node in harness.lab.nodes {
                _ = try await eventually("maintenance of \(node.name)") {
                    if case .maintenance = await harness.host.presence(node) { return true }
                    return nil
                }
            }
        }
    }

    @Test("a BIOS machine boots as well as a UEFI one")
    func bios() async throws {
        try await LabHarness.run(delivery: .push, firmware: .bios) { harness in
            _ = try await eventually("maintenance") {
                if case .maintenance = await harness.host.presence(harness.lab.nodes[0]) { return true }
                return nil
            }
            #expect(try harness.accesses().contains { $0["call"]?.string?.contains("undionly.kpxe") ?? false })
        }
    }

    @Test("a machine without kexec goes through its firmware after the installation and is sent to its disk")
    func localBoot() async throws {
        try await LabHarness.run(delivery: .pull, kexec: false) { harness in
            let node = harness.lab.nodes[0]
            let client = try harness.host.client(node)
            let disk = try await eventually("the installed system") { try await client.systemDisk() }
            #expect(disk == "/dev/sda")
            #expect(try harness.accesses().contains { $0["call"]?.string == "iPXE exited" })
        }
    }

    @Test("a held machine asks again and again, and is not installed")
    func hold() async throws {
        try await LabHarness.run(delivery: .hold) { harness in
            _ = try await eventually("the loader") {
                try harness.accesses().contains { $0["call"]?.string?.hasPrefix("loaded") ?? false } ? true : nil
            }
            #expect(try harness.accesses().allSatisfy { $0["service"]?.string != "disk" })
            guard case .absent = await harness.host.presence(harness.lab.nodes[0]) else {
                Issue.record("a held machine runs an API")
                return
            }
        }
    }

    @Test("the lab's internet serves the release's files in ranges, and its registry the platform's source")
    func internet() async throws {
        try await LabHarness.run(delivery: .hold, serving: false) { harness in
            let lab = harness.lab
            let url =
                "\(lab.files)github.com/cozystack/cozystack/releases/download/\(lab.release)/initramfs-metal-amd64.xz"
            let part = try await harness.host.http.collect(
                HTTPRequest(.get, url, headers: ["Range": "bytes=10-19"]))
            #expect(part.head.status == 206)
            #expect(part.body == Array(BootAssets(release: lab.release).initramfs[10..<20]))
            let manifest = try await harness.host.http.collect(
                HTTPRequest(
                    .get,
                    "http://\(lab.registry)/v2/cozystack/cozystack/cozystack-packages/manifests/\(lab.sourceDigest)"))
            #expect(manifest.head.status == 200)
            #expect("sha256:\(SHA256.hexadecimalHash(manifest.body))" == lab.sourceDigest)
        }
    }

    @Test("the description can be read back while the lab runs")
    func description() async throws {
        try await LabHarness.run(nodes: 5, controlPlanes: 3, delivery: .hold, serving: false) { harness in
            let directory = String(harness.lab.accessLog.dropLast("/access.jsonl".count))
            let read = try LabDescription.read(directory: directory)
            #expect(read == harness.lab)
            #expect(harness.lab.nodes.map(\.role).count(where: { $0 == "control-plane" }) == 3)
        }
    }
}

extension LabHarness {
    func kubernetes() throws -> KubernetesClient {
        let identity = try host.secrets.kubernetesAdmin(clock: SystemWallClock())
        return try KubernetesClient(
            access: KubernetesAccess(
                server: "https://\(lab.vip):6443", trust: .authorities(host.secrets.kubernetesCA.certificate.pem),
                credentials: .certificate(identity.certificate.pem, key: Secret(identity.key.pem))),
            http: host.http, behaviour: .init(attempts: 1, deadline: .seconds(5)))
    }
}

extension LabHarness {
    /// The first message of a call with an empty request.
    func call(_ path: String, on node: LabDescription.Node) async throws -> [UInt8] {
        let identity = TLSSettings.Identity(
            certificatePEM: host.admin.certificate.pem, keyPEM: Secret(host.admin.key.pkcs8PEM))
        let tls = TLSSettings(
            trust: .authorities(pem: host.secrets.talosCA.certificate.pem), identity: identity)
        let channel = GRPCChannel(
            http: host.http, host: node.address.description, port: 50_000, security: .tls(tls))
        for try await message in try await channel.serverStream(path, []) { return message }
        throw Fault(.failed, "no message came")
    }
}
