import Core
import NetbootWire

@testable import Netboot

/// A machine of the tests.
let testMAC = MACAddress(octets: [0x52, 0x54, 0, 0x77, 0, 1])
let testUUID = MachineUUID("00112233-4455-6677-8899-aabbccddeeff")

struct Missing: Error {}

/// A fixed moment that tests move themselves.
func moment(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_700_000_000 + seconds) }

func loaderTable() throws -> BootloaderTable {
    try BootloaderTable(parsing: "0 tftp undionly.kpxe\n7 tftp snponly.efi ipxe.efi\n9 tftp ipxe.efi\n16 http ipxe.efi")
}

let loaderFiles = BootFiles(["undionly.kpxe": [1, 2, 3], "ipxe.efi": [UInt8](repeating: 7, count: 5000)])

func testConfiguration(_ mode: NetbootConfiguration.Mode) throws -> NetbootConfiguration {
    guard let subnet = CIDR("10.77.0.0/24"), let low = IPAddress("10.77.0.100"), let high = IPAddress("10.77.0.102"),
        let mac = MACAddress("52:54:00:77:00:0a")
    else { throw Missing() }
    var configuration = NetbootConfiguration(
        mode: mode, advertise: IPAddress(v4: 10, 77, 0, 2), listen: IPAddress(v4: 10, 77, 0, 2),
        httpListen: .init(host: IPAddress(v4: 10, 77, 0, 2), port: 8080), httpBaseURL: "http://10.77.0.2:8080",
        subnet: subnet)
    configuration.gateway = IPAddress(v4: 10, 77, 0, 1)
    configuration.dns = [IPAddress(v4: 10, 77, 0, 53)]
    configuration.ranges = [low...high]
    configuration.reservations = [
        Reservation(mac: mac, address: IPAddress(v4: 10, 77, 0, 10), hostname: "node1"),
        Reservation(mac: nil, uuid: testUUID, address: IPAddress(v4: 10, 77, 0, 11)),
    ]
    return configuration
}

func testEngine(_ mode: NetbootConfiguration.Mode, leases: [Lease] = []) throws -> DHCPEngine {
    DHCPEngine(
        configuration: try testConfiguration(mode), loaders: try loaderTable(), files: loaderFiles, leases: leases)
}

/// A request as a client makes it.
func request(
    _ type: DHCPMessageType, mac: String = "52:54:00:77:00:01", vendorClass: String? = nil, arch: UInt16? = nil
) throws -> DHCPPacket {
    guard let mac = MACAddress(mac) else { throw Missing() }
    var packet = DHCPPacket(.request, transactionID: 0x1234_5678, mac: mac)
    packet.messageType = type
    packet.vendorClass = vendorClass
    packet.architectures = arch.map { [$0] } ?? []
    return packet
}

/// The one answer among actions, read back from its bytes.
struct Sent {
    let packet: DHCPPacket
    let destination: DHCPEngine.Destination
    let length: Int

    init?(_ actions: [DHCPEngine.Action]) throws {
        let sent = actions.compactMap { action -> ([UInt8], DHCPEngine.Destination)? in
            if case .send(let bytes, let destination) = action { (bytes, destination) } else { nil }
        }
        guard let first = sent.first, sent.count == 1 else { return nil }
        packet = try DHCPPacket(parsing: first.0)
        destination = first.1
        length = first.0.count
    }
}

let unaddressed = DHCPEngine.Source(address: IPAddress(v4: 0, 0, 0, 0), port: 68)

extension DHCPEngine {
    /// Handles a request as the server does, with every boot client admitted.
    mutating func answer(
        _ packet: DHCPPacket, from source: Source = unaddressed, on port: Port = .server, at now: Timestamp = moment(0)
    ) throws -> Sent? {
        try Sent(
            on(packet, from: source, to: port, client: BootClient(packet), admitted: true, now: now))
    }
}
