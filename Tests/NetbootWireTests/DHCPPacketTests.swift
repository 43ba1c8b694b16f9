import Core
import NetbootWire
import Testing

@Suite struct DHCPPacketTests {
    @Test("every captured request is read with its identity", arguments: CapturedPacket.all)
    func capturedRequests(_ captured: CapturedPacket) throws {
        let packet = try DHCPPacket(parsing: captured.bytes)
        #expect(packet.operation == .request)
        #expect(packet.transactionID == 0xDEAD_BEEF)
        #expect(packet.flags == captured.flags)
        #expect(packet.seconds == captured.seconds)
        #expect(packet.clientAddress.octets == captured.clientAddress)
        #expect(packet.mac?.description == "52:54:00:77:00:01")
        #expect(packet.machineUUID?.description == "00112233-4455-6677-8899-aabbccddeeff")
        #expect(packet.options[.networkInterface]?.count == 3)
    }

    @Test("a captured request written again is equal byte for byte", arguments: CapturedPacket.all)
    func writtenAgain(_ captured: CapturedPacket) throws {
        let packet = try DHCPPacket(parsing: captured.bytes)
        #expect(try packet.serialized(minimum: captured.length) == captured.bytes)
    }

    @Test("firmware kinds are told apart by class, architecture, user class and option 175")
    func kinds() throws {
        let ovmf = try DHCPPacket(parsing: CapturedPacket.ovmf.bytes)
        #expect(ovmf.messageType == .discover)
        #expect(ovmf.architectures == [7])
        #expect(ovmf.vendorClass == "PXEClient:Arch:00007:UNDI:003000")
        #expect(ovmf.userClasses == [] && ovmf.ipxe == nil)
        #expect(ovmf.maximumSize == 1472)

        let http = try DHCPPacket(parsing: CapturedPacket.ovmfHTTP.bytes)
        #expect(http.architectures == [16])
        #expect(http.vendorClass == "HTTPClient:Arch:00016:UNDI:003000")

        let efi = try DHCPPacket(parsing: CapturedPacket.ipxeEFI.bytes)
        #expect(efi.userClasses == ["iPXE"])
        #expect(efi.ipxe?.has(IPXEFeatures.http) == true)
        #expect(efi.ipxe?.has(IPXEFeatures.efi) == true)
        #expect(efi.ipxe?.has(IPXEFeatures.https) == false)
        #expect(efi.ipxe?.values[IPXEFeatures.version] == [1, 0, 0])

        let bios = try DHCPPacket(parsing: CapturedPacket.ipxeBIOS.bytes)
        #expect(bios.architectures == [0])
        #expect(bios.ipxe?.has(IPXEFeatures.bzImage) == true)
        #expect(bios.ipxe?.has(IPXEFeatures.efi) == false)
    }

    @Test("the boot menu that a proxy sends to iPXE is read")
    func vendorOptions() throws {
        let text = "0601030a04ff505845080e8000010a4d00028002010a4d0002090d8000034e657480020469707865ff"
        let menu = try #require(hexadecimal(text.utf8))
        #expect(PXEVendorOptions.discoveryControl(menu) == 3)
        #expect(PXEVendorOptions.discoveryControl(PXEVendorOptions.loadBootFileAtOnce) == 8)
        #expect(PXEVendorOptions.discoveryControl([1, 4, 1, 2, 3, 4]) == nil)
        #expect(PXEVendorOptions.discoveryControl([6]) == nil)
    }

    @Test("a reply is padded to 300 bytes and has its options in the given order, the relay's last")
    func reply() throws {
        var packet = DHCPPacket(.reply, transactionID: 7, mac: try #require(MACAddress("52:54:00:77:00:01")))
        packet.relayAgent = RelayAgentInformation([.init(code: RelayAgentInformation.sourcePort, bytes: [])])
        packet.messageType = .offer
        packet.serverIdentifier = IPAddress(v4: 10, 77, 0, 2)
        packet.vendorClass = "PXEClient"
        packet.machineUUID = MachineUUID("00112233-4455-6677-8899-aabbccddeeff")
        let bytes = try packet.serialized()
        #expect(bytes.count == 300)
        let options = "6382536335010236040a4d00023c09505845436c69656e7461110033221100554477668899aabbccddeeff52021300ff"
        #expect(hexadecimal(bytes[236..<236 + options.utf8.count / 2]) == options)
        #expect(try DHCPPacket(parsing: bytes).relayAgent?.wantsSourcePort == true)
    }

    @Test("an option longer than 255 bytes is split and joined again")
    func longOption() throws {
        var packet = DHCPPacket(.reply, transactionID: 7, mac: try #require(MACAddress("52:54:00:77:00:01")))
        let name = String(repeating: "a", count: 600)
        packet.bootFileName = name
        let bytes = try packet.serialized()
        #expect(try DHCPPacket(parsing: bytes).bootFileName == name)
    }

    @Test("options in sname and file are read where option 52 says so")
    func overload() throws {
        var bytes = CapturedPacket.ovmf.bytes
        bytes.replaceSubrange(44..<48, with: [43, 2, 9, 9])
        bytes.replaceSubrange(48..<50, with: [255, 0])
        bytes.replaceSubrange(108..<112, with: [66, 1, 0x41, 255])
        bytes = Array(bytes[..<240]) + [52, 1, 3] + bytes[240...]
        let packet = try DHCPPacket(parsing: bytes)
        #expect(packet.options[.vendorSpecific] == [9, 9])
        #expect(packet.tftpServerName == "A")
        #expect(packet.serverName == [] && packet.bootFile == [])
        #expect(packet.options[.overload] == nil)
    }

    @Test("a user class is read with and without the length of RFC 3004")
    func userClasses() throws {
        var packet = DHCPPacket(.request, transactionID: 1, mac: try #require(MACAddress("52:54:00:77:00:01")))
        packet.options[.userClass] = Array("iPXE".utf8)
        #expect(packet.userClasses == ["iPXE"])
        packet.options[.userClass] = [4] + Array("iPXE".utf8) + [3] + Array("abc".utf8)
        #expect(packet.userClasses == ["iPXE", "abc"])
    }

    @Test("the architecture of the vendor class stands in for a missing option 93")
    func architectureFromClass() throws {
        var packet = DHCPPacket(.request, transactionID: 1, mac: try #require(MACAddress("52:54:00:77:00:01")))
        packet.vendorClass = "PXEClient:Arch:00009:UNDI:003000"
        #expect(packet.architectures == [9])
        packet.vendorClass = "PXEClient"
        #expect(packet.architectures == [])
    }

    @Test("malformed packets are refused", arguments: [0, 1, 2, 3])
    func refused(_ which: Int) {
        var bytes = CapturedPacket.ovmf.bytes
        switch which {
        case 0: bytes[0] = 3
        case 1: bytes[2] = 17
        case 2: bytes[236] = 0
        default: bytes = Array(bytes[..<bytes.index(bytes.endIndex, offsetBy: -2)])
        }
        #expect(throws: WireError.self) { try DHCPPacket(parsing: bytes) }
    }

    @Test("what does not fit is not written")
    func doesNotFit() throws {
        var packet = DHCPPacket(.reply, transactionID: 7, mac: try #require(MACAddress("52:54:00:77:00:01")))
        packet.bootFile = [UInt8](repeating: 0x61, count: 128)
        #expect(throws: WireError.doesNotFit(field: "file", limit: 127, found: 128)) { try packet.serialized() }
        packet.bootFile = []
        packet.bootFileName = String(repeating: "a", count: 1400)
        #expect(throws: WireError.self) { try packet.serialized() }
    }
}
