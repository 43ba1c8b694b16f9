import Core
import Testing

@Suite("Addresses and identities")
struct AddressTests {
    @Test(
        "A MAC address is read in each of its notations",
        arguments: ["52:54:00:aa:bb:01", "52-54-00-AA-BB-01", "5254.00aa.bb01", "525400aabb01"])
    func mac(text: String) {
        #expect(MACAddress(text)?.description == "52:54:00:aa:bb:01")
    }

    @Test(
        "What is no MAC address is refused",
        arguments: ["", "52:54:00:aa:bb", "52:54:00:aa:bb:0g", "5:254:00:aa:bb:01"])
    func noMAC(text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test(
        "A block knows its network, its last address and what it holds",
        arguments: [
            ("10.0.0.5/24", "10.0.0.0", "10.0.0.255", "10.0.0.77", "10.0.1.0"),
            ("10.0.0.5/32", "10.0.0.5", "10.0.0.5", "10.0.0.5", "10.0.0.4"),
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255", "8.8.8.8", "::1"),
            ("fd00::5/64", "fd00::", "fd00::ffff:ffff:ffff:ffff", "fd00::1", "fd01::1"),
        ])
    func block(text: String, network: String, last: String, inside: String, outside: String) throws {
        let block = try #require(CIDR(text))
        #expect(block.network.description == network)
        #expect(block.last.description == last)
        #expect(block.contains(try #require(IPAddress(inside))))
        #expect(!block.contains(try #require(IPAddress(outside))))
    }

    @Test(
        "What is no block is refused",
        arguments: ["10.0.0.0", "10.0.0.0/33", "10.0.0/24", "10.0.0.0/-1", "10.0.0.0/ 8"])
    func noBlock(text: String) {
        #expect(CIDR(text) == nil)
    }

    @Test("Blocks overlap when one holds the other")
    func overlap() throws {
        let wide = try #require(CIDR("10.0.0.0/8"))
        let narrow = try #require(CIDR("10.96.0.0/12"))
        let other = try #require(CIDR("192.168.0.0/16"))
        #expect(wide.overlaps(narrow) && narrow.overlaps(wide))
        #expect(!wide.overlaps(other))
    }

    @Test("A UUID of SMBIOS has its first three fields little-endian on the wire")
    func uuid() throws {
        let uuid = try #require(MachineUUID("00112233-4455-6677-8899-AABBCCDDEEFF"))
        #expect(hexadecimal(uuid.smbios) == "33221100554477668899aabbccddeeff")
        #expect(MachineUUID(smbios: uuid.smbios) == uuid)
    }
}
