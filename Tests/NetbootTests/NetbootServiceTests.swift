import Core
import Logging
import NetbootWire
import Testing

@testable import Netboot

@Suite struct NetbootServiceTests {
    private let host = IPAddress(v4: 127, 77, 0, 1)

    private func bytes(_ count: Int) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<count / 8 + 1).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }.dropLast(
            8 - count % 8)
    }

    @Test("a machine behind a relay on a high port gets its address, its loader and its script address")
    func relay() async throws {
        try await withDirectory { directory in
            try FileStore.replace("\(directory)/snponly.efi", with: bytes(1000))
            var configuration = try loopbackConfiguration(.dhcp, directory: directory)
            let mac = try #require(testMAC)
            configuration.reservations = [Reservation(mac: mac, address: IPAddress(v4: 127, 77, 1, 1))]
            try await withService(configuration) { ports, log in
                let relay = try UDPPeer(IPAddress(v4: 127, 77, 0, 254))
                var packet = try request(.discover, vendorClass: "PXEClient:Arch:00007:UNDI:003000", arch: 7)
                packet.relayAddress = relay.address
                packet.hops = 1
                packet.relayAgent = RelayAgentInformation([.init(code: RelayAgentInformation.sourcePort, bytes: [])])
                relay.send(try packet.serialized(), to: host, port: ports.dhcp)
                let offer = try DHCPPacket(parsing: try #require(try await relay.receive()))
                #expect(offer.messageType == .offer)
                #expect(offer.yourAddress.description == "127.77.1.1")
                #expect(offer.bootFileToLoad == "snponly.efi")

                packet.messageType = .request
                packet.requestedAddress = offer.yourAddress
                packet.serverIdentifier = offer.serverIdentifier
                packet.options[.userClass] = Array("iPXE".utf8)
                relay.send(try packet.serialized(), to: host, port: ports.dhcp)
                let answer = try DHCPPacket(parsing: try #require(try await relay.receive()))
                #expect(answer.messageType == .acknowledge)
                #expect(answer.bootFileToLoad == "http://127.77.0.1:8080/boot.ipxe")
                #expect(answer.relayAgent == packet.relayAgent)
                let told = NetbootEvent.Kind.dhcp(.offer, client: "PXE (UEFI)", file: "snponly.efi")
                try await until("the event") { log.has(told) }
            }
        }
    }

    @Test("junk on every UDP port hurts nobody")
    func junk() async throws {
        try await withDirectory { directory in
            try FileStore.replace("\(directory)/ipxe.efi", with: [1, 2, 3])
            try await withService(try loopbackConfiguration(.proxy, directory: directory)) { ports, _ in
                let peer = try UDPPeer(IPAddress(v4: 127, 77, 0, 9))
                for size in [0, 1, 2, 3, 239, 240, 241, 576, 1500, 9000, 60_000] {
                    peer.send([UInt8](repeating: 1, count: size), to: host, port: ports.dhcp)
                    peer.send([UInt8](repeating: 0, count: size), to: host, port: ports.tftp)
                }
                peer.send([0, 1] + Array("ipxe.efi\0octet\0".utf8), to: host, port: ports.tftp)
                #expect(try await peer.receive() == [0, 3, 0, 1, 1, 2, 3])
            }
        }
    }

    @Test(
        "tftp-hpa, atftp and curl fetch a loader whole",
        arguments: [
            ["tftp", "-m", "binary", "HOST", "PORT", "-c", "get", "ipxe.efi", "LOCAL"],
            ["tftp", "-m", "ascii", "HOST", "PORT", "-c", "get", "text.ipxe", "LOCAL"],
            ["atftp", "--get", "-r", "ipxe.efi", "-l", "LOCAL", "HOST", "PORT"],
            [
                "atftp", "--option", "blksize 1468", "--option", "windowsize 16", "--get", "-r", "ipxe.efi", "-l",
                "LOCAL",
                "HOST", "PORT",
            ],
            ["curl", "-sS", "-o", "LOCAL", "tftp://HOST:PORT/ipxe.efi"],
            ["curl", "-sS", "--tftp-blksize", "1024", "-o", "LOCAL", "tftp://HOST:PORT/ipxe.efi"],
            ["curl", "-sS", "--tftp-no-options", "-o", "LOCAL", "tftp://HOST:PORT/ipxe.efi"],
        ])
    func tftpClients(_ command: [String]) async throws {
        try await withDirectory { directory in
            let loader = bytes(1_060_864)
            let text = Array("#!ipxe\r\nline\n\nlast".utf8)
            try FileStore.createDirectory("\(directory)/loaders")
            try FileStore.replace("\(directory)/loaders/ipxe.efi", with: loader)
            try FileStore.replace("\(directory)/loaders/text.ipxe", with: text)
            let configuration = try loopbackConfiguration(.off, directory: "\(directory)/loaders")
            try await withService(configuration) { ports, log in
                let words = command.map { word in
                    switch word {
                    case "LOCAL": "\(directory)/got"
                    default:
                        word.split(separator: "HOST", omittingEmptySubsequences: false).joined(separator: "127.77.0.1")
                            .split(separator: "PORT", omittingEmptySubsequences: false).joined(
                                separator: "\(ports.tftp)")
                    }
                }
                let output = try await program(words)
                #expect(output.status == 0, "\(output.text)")
                let expected = words.contains("text.ipxe") ? text : loader
                #expect(try FileStore.read("\(directory)/got") == expected)
                let name = words.contains("text.ipxe") ? "text.ipxe" : "ipxe.efi"
                try await until("the event") {
                    log.all.contains { if case .tftp(name, .finished) = $0.kind { true } else { false } }
                }
            }
        }
    }

    @Test("symbolic links out of the loader directory are not served")
    func links() async throws {
        try await withDirectory { directory in
            try FileStore.createDirectory("\(directory)/loaders")
            try FileStore.replace("\(directory)/loaders/real.efi", with: [1])
            try FileStore.replace("\(directory)/secret", with: [2])
            _ = try await program(["ln", "-s", "\(directory)/secret", "\(directory)/loaders/out.efi"])
            _ = try await program(["ln", "-s", "real.efi", "\(directory)/loaders/in.efi"])
            let files = try BootFiles(directory: "\(directory)/loaders", named: ["../secret"])
            #expect(files.names == ["in.efi", "real.efi"])
        }
    }

    @Test("a port in use is named with the process that holds it, and nothing stays bound")
    func busyPort() async throws {
        let holder = try UDPPeer(IPAddress(v4: 127, 77, 0, 1))
        var configuration = try loopbackConfiguration(.proxy, directory: "/tmp")
        configuration.proxyPort = holder.port
        let service = NetbootService(configuration: configuration, policy: TestPolicy(), logger: Logger(label: "test"))
        let fault = try await #require(throws: Fault.self) { try await service.run() }
        #expect(fault.code == .refused)
        #expect(fault.what == "cannot listen on UDP port \(holder.port) for proxy DHCP")
        #expect(fault.why?.contains("(pid ") == true)
    }

    @Test("a missing asset or loader directory is told before anything listens")
    func missing() async throws {
        var configuration = try loopbackConfiguration(.off, directory: "/nowhere")
        let first = NetbootService(configuration: configuration, policy: TestPolicy(), logger: Logger(label: "test"))
        #expect(try await #require(throws: Fault.self) { try await first.run() }.code == .notFound)
        configuration.assets = [NetbootAsset(name: "kernel", path: "/nowhere/kernel")]
        let second = NetbootService(configuration: configuration, policy: TestPolicy(), logger: Logger(label: "test"))
        #expect(try await #require(throws: Fault.self) { try await second.run() }.location == "/nowhere/kernel")
        configuration.assets = [NetbootAsset(name: "../kernel", path: "/dev/null")]
        let third = NetbootService(configuration: configuration, policy: TestPolicy(), logger: Logger(label: "test"))
        #expect(try await #require(throws: Fault.self) { try await third.run() }.code == .usage)
    }
}
