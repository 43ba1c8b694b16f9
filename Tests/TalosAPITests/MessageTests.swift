import Core
import FoundationEssentials
import SwiftProtobuf
import TalosMessages
import Testing

@Suite("Messages on the wire: the field numbers of Talos")
struct MessageTests {
    private func expect(_ message: some Message, _ digits: String) throws {
        let bytes: [UInt8] = try message.serializedBytes()
        #expect(hexadecimal(bytes) == digits.filter { $0 != " " })
    }

    @Test("Requests are encoded byte for byte")
    func requests() throws {
        try expect(
            Machine_ApplyConfigurationRequest.with {
                $0.data = .init([0x61])
                $0.mode = .auto
                $0.dryRun = true
                $0.tryModeTimeout = .with { $0.seconds = 60 }
            }, "0a0161 2001 2801 3202083c")
        try expect(
            Machine_BootstrapRequest.with {
                $0.recoverEtcd = true
                $0.recoverSkipHashCheck = true
            }, "0801 1001")
        try expect(Machine_RebootRequest.with { $0.mode = .force }, "0802")
        try expect(
            Machine_ResetRequest.with {
                $0.graceful = true
                $0.reboot = true
                $0.systemPartitionsToWipe = [
                    .with {
                        $0.label = "STATE"
                        $0.wipe = true
                    }
                ]
                $0.userDisksToWipe = ["/dev/sdb"]
                $0.mode = .systemDisk
            }, "0801 1001 1a09 0a055354415445 1001 2208 2f6465762f736462 2801")
        try expect(Machine_EtcdMemberListRequest.with { $0.queryLocal = true }, "0801")
        try expect(
            Machine_EventsRequest.with {
                $0.tailEvents = -1
                $0.tailID = "x"
                $0.tailSeconds = 5
                $0.withActorID = "a"
            }, "08ffffffffffffffffff01 120178 1805 220161")
        try expect(
            Machine_DmesgRequest.with {
                $0.follow = true
                $0.tail = true
            }, "0801 1001")
        try expect(
            Cosi_Resource_GetRequest.with {
                $0.namespace = "n"
                $0.type = "t"
                $0.id = "i"
            }, "0a016e 120174 1a0169")
        try expect(
            Cosi_Resource_WatchRequest.with {
                $0.namespace = "n"
                $0.type = "t"
                $0.options.bootstrapContents = true
                $0.apiVersion = 1
            }, "0a016e 120174 22020801 2801")
    }

    @Test("A mode left unset would ask for a reboot, and an id left unset watches the whole kind")
    func defaults() throws {
        #expect(Machine_ApplyConfigurationRequest().mode == .reboot)
        try expect(Machine_ApplyConfigurationRequest(), "")
        #expect(!Cosi_Resource_WatchRequest().hasID)
        try expect(Cosi_Resource_WatchRequest.with { $0.id = "" }, "1a00")
    }

    @Test("Answers are decoded from their bytes")
    func answers() throws {
        let version = try Machine_VersionResponse(
            serializedBytes: #require(
                hexadecimal("0a17 120f 0a0776312e31332e36 3204 616d6434 1a04 0a02 6d65".filter { $0 != " " }.utf8)))
        #expect(version.messages.first?.version.tag == "v1.13.6")
        #expect(version.messages.first?.version.arch == "amd4")
        #expect(version.messages.first?.platform.name == "me")
        let members = try Machine_EtcdMemberListResponse(
            serializedBytes: #require(hexadecimal("0a0e 1a0c 100b 1a0363 7031 2201 70 3001".filter { $0 != " " }.utf8)))
        let member = try #require(members.messages.first?.members.first)
        #expect((member.id, member.hostname, member.peerUrls, member.isLearner) == (11, "cp1", ["p"], true))
    }

    @Test("Fields that are not known here survive")
    func unknownFields() throws {
        let bytes: [UInt8] = [0x0A, 0x01, 0x61, 0xF8, 0x07, 0x05]
        #expect(try Machine_ApplyConfigurationRequest(serializedBytes: bytes).serializedBytes() == bytes)
    }
}
