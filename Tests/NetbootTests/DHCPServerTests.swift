import Core
import Glibc
import NetbootWire
import Testing

@testable import Netboot

@Suite struct DHCPServerTests {
    @Test("a reservation by MAC or by UUID is offered with the network's facts")
    func reservation() throws {
        var engine = try testEngine(.dhcp)
        let sent = try #require(try engine.answer(try request(.discover, mac: "52:54:00:77:00:0a")))
        #expect(sent.packet.messageType == .offer)
        #expect(sent.packet.yourAddress.description == "10.77.0.10")
        #expect(sent.packet.options[.subnetMask] == [255, 255, 255, 0])
        #expect(sent.packet.addresses(.router).map(\.description) == ["10.77.0.1"])
        #expect(sent.packet.addresses(.domainNameServers).map(\.description) == ["10.77.0.53"])
        #expect(sent.packet.leaseTime == 3600)
        #expect(sent.packet.renewalTime == 1800 && sent.packet.rebindingTime == 3150)
        #expect(sent.packet.options[.hostName] == Array("node1".utf8))
        #expect(sent.packet.bootFileToLoad == nil)

        var byUUID = try request(.discover)
        byUUID.machineUUID = testUUID
        #expect(try engine.answer(byUUID)?.packet.yourAddress.description == "10.77.0.11")
        byUUID.machineUUID = testUUID.flatMap { MachineUUID(octets: $0.smbios) }
        #expect(try engine.answer(byUUID)?.packet.yourAddress.description == "10.77.0.11")
    }

    @Test("discover, request, renewal: the same address, recorded before it is acknowledged")
    func lease() throws {
        var engine = try testEngine(.dhcp)
        let offer = try #require(try engine.answer(try request(.discover)))
        #expect(offer.packet.yourAddress.description == "10.77.0.100")
        var packet = try request(.request)
        packet.requestedAddress = offer.packet.yourAddress
        packet.serverIdentifier = offer.packet.serverIdentifier
        let actions = engine.on(
            packet, from: unaddressed, to: .server, client: nil, admitted: false, now: moment(1))
        let mac = try #require(packet.mac)
        let lease = Lease(mac: mac, address: offer.packet.yourAddress, expires: moment(3601))
        #expect(actions.first == .record(lease))
        let acknowledgement = try #require(try Sent(actions))
        #expect(acknowledgement.packet.messageType == .acknowledge)
        #expect(acknowledgement.destination == .broadcast)

        var renewal = try request(.request)
        renewal.clientAddress = offer.packet.yourAddress
        let source = DHCPEngine.Source(address: renewal.clientAddress, port: 68)
        let renewed = try #require(try engine.answer(renewal, from: source, at: moment(1800)))
        #expect(renewed.packet.messageType == .acknowledge)
        #expect(renewed.destination == .unicast(renewal.clientAddress, port: 68))
        #expect(try engine.answer(try request(.discover), at: moment(9000))?.packet.yourAddress == lease.address)
    }

    @Test("PXE in full mode: no option 60 for ROMs, the class for iPXE and HTTP boot")
    func bootOptions() throws {
        var engine = try testEngine(.dhcp)
        let rom = try #require(
            try engine.answer(try request(.discover, vendorClass: "PXEClient:Arch:00007:UNDI:003000", arch: 7)))
        #expect(rom.packet.vendorClass == nil && rom.packet.options[.vendorSpecific] == nil)
        #expect(rom.packet.bootFileToLoad == "ipxe.efi")
        #expect(rom.packet.tftpServerName == "10.77.0.2")
        let http = try #require(
            try engine.answer(try request(.discover, vendorClass: "HTTPClient:Arch:00016:UNDI:003000", arch: 16)))
        #expect(http.packet.vendorClass == "HTTPClient")
        var packet = try request(.discover, vendorClass: "PXEClient:Arch:00007:UNDI:003000", arch: 7)
        packet.options[.userClass] = Array("iPXE".utf8)
        #expect(try engine.answer(packet)?.packet.vendorClass == "PXEClient")
    }

    @Test("a machine that is not admitted gets its address and nothing to boot")
    func notAdmitted() throws {
        var engine = try testEngine(.dhcp)
        let packet = try request(.discover, vendorClass: "PXEClient:Arch:00007:UNDI:003000", arch: 7)
        let actions = engine.on(
            packet, from: unaddressed, to: .server, client: BootClient(packet), admitted: false, now: moment(0))
        let sent = try #require(try Sent(actions))
        #expect(!sent.packet.yourAddress.isAny && sent.packet.bootFileToLoad == nil)
    }

    @Test("an address of another network is refused, one of somebody else too, and silence keeps to what is unknown")
    func refusals() throws {
        var engine = try testEngine(.dhcp)
        var moved = try request(.request)
        moved.requestedAddress = IPAddress(v4: 192, 168, 1, 5)
        #expect(try engine.answer(moved)?.packet.messageType == .refuse)

        _ = try engine.answer(try request(.discover, mac: "52:54:00:77:00:02"))
        var taken = try request(.request)
        taken.requestedAddress = IPAddress(v4: 10, 77, 0, 100)
        taken.serverIdentifier = IPAddress(v4: 10, 77, 0, 2)
        #expect(try engine.answer(taken)?.packet.messageType == .refuse)

        var remembered = try request(.request)
        remembered.requestedAddress = IPAddress(v4: 10, 77, 0, 101)
        #expect(try engine.answer(remembered) == nil)
        var other = try request(.request)
        other.serverIdentifier = IPAddress(v4: 10, 77, 0, 1)
        other.requestedAddress = IPAddress(v4: 10, 77, 0, 101)
        #expect(try engine.answer(other) == nil)
    }

    @Test("three machines empty a range of three; the fourth hears nothing until a lease ends")
    func exhausted() throws {
        var engine = try testEngine(.dhcp)
        for index in 1...3 {
            let mac = "52:54:00:77:01:0\(index)"
            let offer = try #require(try engine.answer(try request(.discover, mac: mac)))
            var packet = try request(.request, mac: mac)
            packet.requestedAddress = offer.packet.yourAddress
            packet.serverIdentifier = offer.packet.serverIdentifier
            #expect(try engine.answer(packet, at: moment(Int64(index)))?.packet.messageType == .acknowledge)
        }
        let fourth = try request(.discover, mac: "52:54:00:77:01:04")
        #expect(try engine.answer(fourth, at: moment(10)) == nil)
        // The first lease ends first, and its address goes to the fourth machine.
        #expect(try engine.answer(fourth, at: moment(3602))?.packet.yourAddress.description == "10.77.0.100")
    }

    @Test("a declined address is left out for an hour, a released one is free")
    func declineAndRelease() throws {
        var engine = try testEngine(.dhcp)
        let offer = try #require(try engine.answer(try request(.discover)))
        var packet = try request(.request)
        packet.requestedAddress = offer.packet.yourAddress
        packet.serverIdentifier = offer.packet.serverIdentifier
        _ = try engine.answer(packet)
        packet.messageType = .decline
        _ = try engine.answer(packet)
        let second = try #require(try engine.answer(try request(.discover)))
        #expect(second.packet.yourAddress.description == "10.77.0.101")
        packet.messageType = .request
        packet.requestedAddress = second.packet.yourAddress
        _ = try engine.answer(packet)
        var release = try request(.release)
        release.clientAddress = second.packet.yourAddress
        let actions = engine.on(
            release, from: DHCPEngine.Source(address: release.clientAddress, port: 68), to: .server, client: nil,
            admitted: false, now: moment(5))
        let mac = try #require(release.mac)
        #expect(actions == [.record(Lease(mac: mac, address: second.packet.yourAddress, expires: moment(5)))])
    }

    @Test("leases survive in their file, torn lines do not matter, and ended ones give way")
    func leaseFile() throws {
        let path = "/tmp/cozy-leases-\(UInt64.random(in: 0...UInt64.max))"
        defer { unlink(path) }
        let mac = try #require(testMAC)
        let lease = Lease(mac: mac, address: IPAddress(v4: 10, 77, 0, 102), expires: moment(3600))
        let file = LeaseFile(path: path)
        #expect(try file.load() == [])
        try file.record(Lease(mac: mac, address: lease.address, expires: moment(1)))
        try file.record(lease)
        try FileStore.replace(path, with: try FileStore.read(path) + Array("{\"address\":\"10.7".utf8))
        let leases = try LeaseFile(path: path).load()
        #expect(leases == [lease])
        var engine = try testEngine(.dhcp, leases: leases)
        #expect(try engine.answer(try request(.discover))?.packet.yourAddress == lease.address)
        let other = try request(.discover, mac: "52:54:00:77:00:02")
        #expect(try engine.answer(other)?.packet.yourAddress.description == "10.77.0.100")
    }

    @Test("10,000 random conversations never give one address to two machines at a time")
    func neverTwice() throws {
        var engine = try testEngine(.dhcp)
        var random = SystemRandomNumberGenerator()
        var held: [IPAddress: (mac: MACAddress, until: Timestamp)] = [:]
        for step in 0..<10_000 {
            let now = moment(Int64(step) * 20)
            let types: [DHCPMessageType] = [.discover, .request, .request, .release, .decline]
            let type = types[Int.random(in: 0..<types.count, using: &random)]
            var packet = try request(type, mac: "52:54:00:77:02:0\(Int.random(in: 1...6, using: &random))")
            let address = IPAddress(v4: 10, 77, 0, UInt8.random(in: 99...103, using: &random))
            if type == .release { packet.clientAddress = address } else { packet.requestedAddress = address }
            if Bool.random(using: &random), type != .discover {
                packet.serverIdentifier = IPAddress(v4: 10, 77, 0, 2)
            }
            let mac = try #require(packet.mac)
            if type == .release || type == .decline, held[address]?.mac == mac { held[address] = nil }
            guard let sent = try engine.answer(packet, at: now), sent.packet.messageType == .acknowledge else {
                continue
            }
            let given = sent.packet.yourAddress
            if let holder = held[given] { #expect(holder.mac == mac || holder.until <= now, "step \(step)") }
            for (address, holder) in held where holder.mac == mac { held[address] = nil }
            held[given] = (mac, now.advanced(by: .seconds(3600)))
        }
    }
}
