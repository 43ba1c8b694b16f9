import Core
import FoundationEssentials
import HTTPClient
import PKI
import SwiftProtobuf
import TalosMessages
import Testing
import YAML

@testable import TalosAPI

@Suite("Calls to a node")
struct ClientTests {
    let http = HTTPClient()

    private func answer(_ messages: any Message...) throws -> ScriptedNode.Answer {
        ScriptedNode.Answer(messages: try messages.map { try $0.serializedBytes() })
    }

    private func refusal(_ code: GRPCStatus.Code, _ text: String) -> ScriptedNode.Answer {
        ScriptedNode.Answer(status: code.rawValue, text: text)
    }

    private func resource(_ type: String, _ id: String, _ yaml: String) -> Cosi_Resource_Resource {
        .with {
            $0.metadata.namespace = "runtime"
            $0.metadata.type = type
            $0.metadata.id = id
            $0.metadata.version = "7"
            $0.metadata.phase = "running"
            $0.spec.yamlSpec = yaml
        }
    }

    @Test("A call over mutual TLS carries its request and brings its answer")
    func configured() async throws {
        let cluster = try Cluster()
        let applied = Machine_ApplyConfigurationResponse.with {
            $0.messages = [
                .with {
                    $0.mode = .noReboot
                    $0.modeDetails = "done"
                    $0.warnings = ["w"]
                }
            ]
        }
        let node = ScriptedNode(
            identity: try cluster.node(), clients: cluster.authority.certificate,
            answers: [
                "/machine.MachineService/ApplyConfiguration": try answer(applied),
                "/machine.MachineService/Bootstrap": try answer(
                    Machine_BootstrapResponse.with { $0.messages = [.init()] }),
                "/machine.MachineService/Version": try answer(
                    Machine_VersionResponse.with { $0.messages = [.with { $0.version.tag = "v1.13.6" }] }),
            ])
        try await node.run { port, calls in
            let client = try cluster.client(http, port)
            #expect(try await client.version().tag == "v1.13.6")
            let result = try await client.applyConfiguration(Array("abc".utf8))
            #expect(result == AppliedConfiguration(mode: .noReboot, details: "done", warnings: ["w"]))
            try await client.bootstrap()
            #expect(try await client.version().tag == "v1.13.6")
            #expect(
                calls().map(\.path.description) == [
                    "/machine.MachineService/Version", "/machine.MachineService/ApplyConfiguration",
                    "/machine.MachineService/Bootstrap", "/machine.MachineService/Version",
                ])
            let request = try Machine_ApplyConfigurationRequest(serializedBytes: calls()[1].message)
            #expect(request.mode == .auto)
            #expect(Array(request.data) == Array("abc".utf8))
            // What must not be sent twice has a connection of its own, the rest share one.
            #expect(calls().map(\.connection) == [1, 2, 3, 1])
        }
    }

    @Test("In maintenance mode the pinned key is accepted, another refused, and without pins anybody")
    func maintenance() async throws {
        let (cluster, other) = (try Cluster(), try Cluster())
        let identity = try cluster.node(commonName: "maintenance-service.talos.dev")
        let version = Machine_VersionResponse.with { $0.messages = [.with { $0.version.tag = "v1.13.6" }] }
        let node = ScriptedNode(
            identity: identity, answers: ["/machine.MachineService/Version": try answer(version)])
        try await node.run { port, _ in
            let endpoint = TalosEndpoint("127.0.0.1", port: port)
            let pin = identity.certificate.spkiFingerprint
            for pins in [[pin], [other.authority.certificate.spkiFingerprint, pin], nil] {
                let client = TalosClient(http: http, node: endpoint, access: .maintenance(pins: pins))
                #expect(try await client.version().tag == "v1.13.6")
            }
            let wrong = TalosClient(
                http: http, node: endpoint,
                access: .maintenance(pins: [other.authority.certificate.spkiFingerprint]))
            let refused = try await fault { _ = try await wrong.version() }
            #expect(refused?.code == .denied)
            #expect(refused?.location == "127.0.0.1:\(port)")
            // A configured client does not talk to a node in maintenance mode.
            let stranger = try await fault { _ = try await other.client(http, port).version() }
            #expect(stranger?.code == .denied)
            #expect(stranger?.location == "cp1 (127.0.0.1:\(port))")
        }
    }

    @Test(
        "What Talos refuses is told with its meaning and with what helps",
        arguments: [
            (GRPCStatus.Code.alreadyExists, "etcd data directory is not empty", Fault.Code.conflict, "EPHEMERAL"),
            (.failedPrecondition, "time is not in sync yet", .refused, "time servers"),
            (.failedPrecondition, "bootstrap is not available yet", .refused, "cri"),
            (.unimplemented, "bootstrap is only available on control plane nodes", .refused, "control plane"),
            (.permissionDenied, "not authorized", .denied, "os:admin"),
            (.permissionDenied, "no request forwarding", .denied, "control plane node"),
            (.unimplemented, "unknown method Bootstrap", .failed, "version"),
            (.unavailable, "transport is closing", .unreachable, nil),
        ] as [(GRPCStatus.Code, String, Fault.Code, String?)])
    func hints(_ status: GRPCStatus.Code, _ text: String, _ code: Fault.Code, _ hint: String?) async throws {
        let cluster = try Cluster()
        let node = ScriptedNode(
            identity: try cluster.node(), clients: cluster.authority.certificate,
            answers: ["/machine.MachineService/Bootstrap": refusal(status, text)])
        try await node.run { port, _ in
            let refused = try await fault { try await cluster.client(http, port).bootstrap() }
            #expect(refused?.code == code)
            #expect(refused?.location == "cp1 (127.0.0.1:\(port))")
            #expect(refused?.why?.contains(text) == true)
            #expect(hint.map { refused?.next?.contains($0) == true } ?? (refused?.next == nil))
        }
    }

    @Test("An error inside an answer that succeeded is an error, and so is an answer of several nodes")
    func errorsInside() async throws {
        let cluster = try Cluster()
        let failing = Machine_VersionResponse.with {
            $0.messages = [
                .with {
                    $0.metadata = .with {
                        $0.hostname = "10.0.0.9"; $0.error = "no route to host"
                    }
                }
            ]
        }
        let node = ScriptedNode(
            identity: try cluster.node(),
            answers: [
                "/machine.MachineService/Version": try answer(failing),
                "/machine.MachineService/ServiceList": try answer(
                    Machine_ServiceListResponse.with { $0.messages = [.init(), .init()] }),
            ])
        try await node.run { port, _ in
            let client = try cluster.client(http, port)
            let inside = try await fault { _ = try await client.version() }
            #expect(inside?.why?.contains("no route to host") == true)
            #expect(try await fault { _ = try await client.services() }?.code == .corrupted)
        }
    }

    @Test("Resources are read with their YAML, listed, and nil when there is none")
    func resources() async throws {
        let cluster = try Cluster()
        let disks = [
            ("sda", "dev_path: /dev/sda\nsize: 1000\nwwid: \"0123\"\nserial: S1\n"), ("sdb", "dev_path: /dev/sdb\n"),
        ]
        let node = ScriptedNode(
            identity: try cluster.node(),
            answers: [
                "/cosi.resource.State/Get": refusal(.notFound, "resource doesn't exist"),
                "/cosi.resource.State/List": try ScriptedNode.Answer(
                    messages: disks.map { id, yaml in
                        try Cosi_Resource_ListResponse.with {
                            $0.resource = resource("Disks.block.talos.dev", id, yaml)
                        }.serializedBytes()
                    }),
            ])
        try await node.run { port, calls in
            let client = try cluster.client(http, port)
            #expect(try await client.systemDisk() == nil)
            let request = try Cosi_Resource_GetRequest(serializedBytes: try #require(calls().first).message)
            #expect(
                (request.namespace, request.type, request.id) == (
                    "runtime", "SystemDisks.block.talos.dev", "system-disk"
                ))
            let disks = try await client.disks()
            #expect(disks.map(\.path) == ["/dev/sda", "/dev/sdb"])
            #expect(disks.first?.wwid == "0123")
            #expect(disks.first?.size == 1000)
            #expect(disks.first?.serial == "S1")
        }
    }

    @Test("A watch reports what is there, the mark after it, and changes; its empty first frame is passed over")
    func watch() async throws {
        let cluster = try Cluster()
        let machine = resource(
            "MachineStatuses.runtime.talos.dev", "machine", "stage: running\nstatus:\n  ready: true\n")
        let node = ScriptedNode(
            identity: try cluster.node(),
            answers: [
                "/cosi.resource.State/Watch": try answer(
                    Cosi_Resource_WatchResponse(),
                    Cosi_Resource_WatchResponse.with {
                        $0.event = [
                            .with {
                                $0.eventType = .created
                                $0.resource = machine
                            }, .with { $0.eventType = .bootstrapped },
                        ]
                    },
                    Cosi_Resource_WatchResponse.with {
                        $0.event = [
                            .with {
                                $0.eventType = .errored
                                $0.error = "buffer overrun"
                            }
                        ]
                    })
            ])
        try await node.run { port, calls in
            var events: [TalosResourceEvent] = []
            let end = try await fault {
                for try await event in try await cluster.client(http, port).watch(.machineStatuses) {
                    events.append(event)
                }
            }
            #expect(end?.why == "buffer overrun")
            #expect(end?.location == "cp1 (127.0.0.1:\(port))")
            guard events.count == 2, case .created(let resource) = events[0], events[1] == .bootstrapped else {
                return #expect(Bool(false), "the events are \(events)")
            }
            #expect(resource.id == "machine")
            #expect(resource.spec["status"]?["ready"]?.bool == true)
            let request = try Cosi_Resource_WatchRequest(serializedBytes: try #require(calls().first).message)
            #expect(request.apiVersion == 1)
            #expect(request.options.bootstrapContents)
            #expect(!request.hasID)
        }
    }

    @Test("Events and kernel messages arrive while their streams stay open")
    func streams() async throws {
        let cluster = try Cluster()
        let event = try Machine_Event.with {
            $0.id = "e1"
            $0.actorID = "a1"
            $0.data.typeURL = "talos/runtime/machine.TaskEvent"
            $0.data.value = try Machine_TaskEvent.with { $0.task = "config" }.serializedBytes()
        }
        var events = try answer(Machine_Event(), event)
        events.staysOpen = true
        var log = try answer(
            Common_Data.with { $0.bytes = .init("kern:    info: [2026-01-01T00:00:00Z]: hello\n".utf8) })
        log.staysOpen = true
        let node = ScriptedNode(
            identity: try cluster.node(),
            answers: ["/machine.MachineService/Events": events, "/machine.MachineService/Dmesg": log])
        try await node.run { port, calls in
            let client = try cluster.client(http, port)
            var iterator = try await client.events(.beginning).makeAsyncIterator()
            let first = try #require(await iterator.next())
            #expect(first == (try TalosEvent(event.data, id: "e1", actorID: "a1")))
            #expect(first.payload == .task(name: "config", action: .start))
            #expect(try Machine_EventsRequest(serializedBytes: calls()[0].message).tailEvents == -1)
            var lines = try await client.dmesg(follow: true).makeAsyncIterator()
            #expect(try await lines.next() == "kern:    info: [2026-01-01T00:00:00Z]: hello")
        }
    }
}
