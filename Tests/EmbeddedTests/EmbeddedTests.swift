import Core
import Embedded
import Testing

@Suite("Embedded files")
struct EmbeddedTests {
    @Test("Every kind of file that the copied binary needs is part of it")
    func names() throws {
        for beginning in ["machineconfigs/", "pxe/", "releases/v1.6.2/"] {
            let name = try #require(Embedded.names.first { $0.hasPrefix(beginning) })
            #expect(try !Embedded().bytes(name).isEmpty)
        }
    }

    @Test("A file of the configuration directory takes the place of the embedded one; an unknown name is told")
    func overrides() throws {
        let directory = "/tmp/cozy-bootstrap-test-\(UInt64.random(in: 0...UInt64.max))"
        let name = try #require(Embedded.names.first { $0.hasPrefix("pxe/") })
        try FileStore.createDirectory("\(directory)/pxe")
        try FileStore.replace("\(directory)/\(name)", with: Array("own".utf8))
        #expect(try Embedded(overrides: directory).text(name) == "own")
        let fault = #expect(throws: Fault.self) { try Embedded(overrides: directory).bytes("pxe/nothing") }
        #expect(fault?.code == .notFound)
    }
}
