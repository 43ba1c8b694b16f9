import Core
import NetbootWire
import Testing

@testable import Netboot

@Suite struct ProxyDHCPTests {
    private let pxe = "PXEClient:Arch:00007:UNDI:003000"

    @Test("UEFI PXE gets an offer without option 43, with all that EDK2 insists on")
    func uefi() throws {
        var engine = try testEngine(.proxy)
        var packet = try request(.discover, vendorClass: pxe, arch: 7)
        packet.machineUUID = testUUID
        let sent = try #require(try engine.answer(packet))
        #expect(sent.destination == .broadcast)
        #expect(sent.packet.messageType == .offer)
        #expect(sent.packet.serverIdentifier?.description == "10.77.0.2")
        #expect(sent.packet.vendorClass == "PXEClient")
        #expect(sent.packet.options[.vendorSpecific] == nil)
        #expect(sent.packet.machineUUID == testUUID)
        #expect(sent.packet.yourAddress.description == "0.0.0.0")
        #expect(sent.packet.serverAddress.description == "10.77.0.2")
        #expect(sent.packet.bootFileToLoad == "ipxe.efi")
        #expect(sent.packet.wantsBroadcast)
        #expect(sent.length >= 300 && sent.length <= 1472)
    }

    @Test("a BIOS ROM is told to load at once: option 43, header file and server name")
    func bios() throws {
        var engine = try testEngine(.proxy)
        let packet = try request(.discover, vendorClass: "PXEClient:Arch:00000:UNDI:002001", arch: 0)
        let sent = try #require(try engine.answer(packet))
        #expect(sent.packet.options[.vendorSpecific] == [6, 1, 8, 255])
        #expect(String(decoding: sent.packet.bootFile, as: UTF8.self) == "undionly.kpxe")
        #expect(String(decoding: sent.packet.serverName, as: UTF8.self) == "10.77.0.2")
    }

    @Test("UEFI HTTP boot gets its class and a URL with an address")
    func http() throws {
        var engine = try testEngine(.proxy)
        let packet = try request(.discover, vendorClass: "HTTPClient:Arch:00016:UNDI:003000", arch: 16)
        let sent = try #require(try engine.answer(packet))
        #expect(sent.packet.vendorClass == "HTTPClient")
        #expect(sent.packet.bootFileName == "http://10.77.0.2:8080/bootloaders/ipxe.efi")
        #expect(sent.packet.bootFile == Array("http://10.77.0.2:8080/bootloaders/ipxe.efi".utf8))
    }

    @Test("iPXE gets the script and never a loader", arguments: ["user class", "user class with length", "option 175"])
    func ipxe(_ mark: String) throws {
        var engine = try testEngine(.proxy)
        var packet = try request(.discover, vendorClass: pxe, arch: 7)
        switch mark {
        case "user class": packet.options[.userClass] = Array("iPXE".utf8)
        case "user class with length": packet.options[.userClass] = [4] + Array("iPXE".utf8)
        default: packet.ipxe = IPXEFeatures([IPXEFeatures.http: [1]])
        }
        let sent = try #require(try engine.answer(packet))
        #expect(sent.packet.bootFileToLoad == "http://10.77.0.2:8080/boot.ipxe")
        #expect(sent.packet.vendorClass == "PXEClient")
        #expect(!sent.packet.serverAddress.isAny)
    }

    @Test("iPXE built without HTTP gets the script by TFTP")
    func ipxeWithoutHTTP() throws {
        var engine = try testEngine(.proxy)
        var packet = try request(.discover, vendorClass: pxe, arch: 7)
        packet.ipxe = IPXEFeatures([IPXEFeatures.efi: [1]])
        #expect(try engine.answer(packet)?.packet.bootFileToLoad == "boot.ipxe")
    }

    @Test("port 4011 answers to the port that asked", arguments: [4011, 68])
    func bootServer(_ port: Int) throws {
        var engine = try testEngine(.proxy)
        var packet = try request(.request, vendorClass: pxe, arch: 7)
        packet.clientAddress = IPAddress(v4: 10, 77, 0, 80)
        let source = DHCPEngine.Source(address: packet.clientAddress, port: port)
        let sent = try #require(try engine.answer(packet, from: source, on: .bootServer))
        #expect(sent.destination == .unicast(packet.clientAddress, port: port))
        #expect(sent.packet.messageType == .acknowledge)
        #expect(sent.packet.clientAddress == packet.clientAddress)
        #expect(sent.packet.bootFileName == "ipxe.efi")
    }

    @Test("a request to the DHCP server, a discover on 4011, and releases are none of a proxy's business")
    func silence() throws {
        var engine = try testEngine(.proxy)
        var selecting = try request(.request, vendorClass: pxe, arch: 7)
        selecting.serverIdentifier = IPAddress(v4: 10, 77, 0, 1)
        #expect(try engine.answer(selecting) == nil)
        #expect(try engine.answer(try request(.discover, vendorClass: pxe, arch: 7), on: .bootServer) == nil)
        #expect(try engine.answer(try request(.release, vendorClass: pxe, arch: 7)) == nil)
    }

    @Test("ordinary clients hear nothing", arguments: [DHCPMessageType.discover, .request, .inform])
    func ordinary(_ type: DHCPMessageType) throws {
        var engine = try testEngine(.proxy)
        #expect(try engine.answer(try request(type, vendorClass: "udhcp 1.35.0")) == nil)
        #expect(try engine.answer(try request(type)) == nil)
        #expect(try engine.answer(try request(type), on: .bootServer) == nil)
    }

    @Test("an architecture without a loader is not answered, and is told to the operator")
    func unknownArchitecture() throws {
        var engine = try testEngine(.proxy)
        let packet = try request(.discover, vendorClass: "PXEClient:Arch:00027:UNDI:003000", arch: 27)
        let actions = engine.on(
            packet, from: unaddressed, to: .server, client: BootClient(packet), admitted: true, now: moment(0))
        let reason = "no boot loader for PXE (UEFI), architecture 27"
        #expect(actions == [.tell(.unanswered(reason: reason), packet.mac, nil)])
    }

    @Test("a machine that the policy does not admit hears nothing")
    func denied() throws {
        var engine = try testEngine(.proxy)
        let packet = try request(.discover, vendorClass: pxe, arch: 7)
        let actions = engine.on(
            packet, from: unaddressed, to: .server, client: BootClient(packet), admitted: false, now: moment(0))
        #expect(actions == [])
    }

    @Test("replies, foreign networks and other media are dropped")
    func junk() throws {
        var engine = try testEngine(.proxy)
        var reply = try request(.discover, vendorClass: pxe, arch: 7)
        reply.operation = .reply
        #expect(try engine.answer(reply) == nil)
        var foreign = try request(.discover, vendorClass: pxe, arch: 7)
        foreign.relayAddress = IPAddress(v4: 192, 0, 2, 1)
        #expect(try engine.answer(foreign) == nil)
        var infiniband = try request(.discover, vendorClass: pxe, arch: 7)
        infiniband.hardwareType = 32
        #expect(try engine.answer(infiniband) == nil)
    }

    @Test("a relay is answered on port 67, or on its source port when it says so; option 82 comes back as it was")
    func relay() throws {
        var engine = try testEngine(.proxy)
        var packet = try request(.discover, vendorClass: pxe, arch: 7)
        packet.relayAddress = IPAddress(v4: 10, 77, 0, 254)
        packet.relayAgent = RelayAgentInformation([.init(code: 1, bytes: Array("port7".utf8))])
        let source = DHCPEngine.Source(address: packet.relayAddress, port: 40_000)
        let plain = try #require(try engine.answer(packet, from: source))
        #expect(plain.destination == .unicast(packet.relayAddress, port: 67))
        #expect(plain.packet.relayAgent == packet.relayAgent)
        #expect(plain.packet.flags == packet.flags)
        packet.relayAgent?.subOptions.append(.init(code: RelayAgentInformation.sourcePort, bytes: []))
        let ported = try #require(try engine.answer(packet, from: source))
        #expect(ported.destination == .unicast(packet.relayAddress, port: 40_000))
        #expect(ported.packet.options.all.last?.code == .relayAgent)
    }
}
