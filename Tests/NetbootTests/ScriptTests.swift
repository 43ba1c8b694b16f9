import Core
import Embedded
import Testing

@testable import Netboot

@Suite struct ScriptTests {
    private let query =
        "mac=52:54:00:77:00:01&uuid=00112233-4455-6677-8899-aabbccddeeff&serial=SN%201&arch=x86_64&platform=efi"

    private func scripts() throws -> BootScripts {
        try BootScripts(embedded: Embedded(), baseURL: "http://10.77.0.2:8080")
    }

    private func machine(_ query: String) throws -> ScriptRequest {
        try #require(ScriptRequest(query: query, from: IPAddress(v4: 10, 77, 0, 80)))
    }

    @Test("the entry script asks with what iPXE knows")
    func entry() throws {
        let script = try scripts().entry()
        #expect(script.hasPrefix("#!ipxe\n"))
        let chain = "chain --autofree --replace http://10.77.0.2:8080/boot/script?mac=${mac}&uuid=${uuid}"
        #expect(script.contains(chain + "&serial=${serial:uristring}&arch=${buildarch}&platform=${platform}"))
        #expect(!script.contains("{{"))
    }

    @Test("a script request is read, and is asked again with concrete values")
    func requestQuery() throws {
        let request = try machine(query)
        #expect(request.machine.uuid == testUUID)
        #expect(request.machine.serial == "SN 1")
        #expect(request.machine.arch == .amd64)
        #expect(request.isEFI)
        #expect(request.query == query)
        #expect(ScriptRequest(query: "uuid=1", from: IPAddress(v4: 10, 77, 0, 80)) == nil)
    }

    @Test("vendors' placeholders are no identity")
    func placeholders() throws {
        let request = try machine(
            "mac=52-54-00-77-00-01&uuid=03000200-0400-0500-0006-000700080009&serial=To%20be%20filled%20by%20O.E.M.")
        #expect(request.machine.uuid == nil && request.machine.serial == nil)
    }

    @Test("the install script has concrete values only")
    func install() throws {
        let target = BootTarget(
            kernelAsset: "kernel-amd64", initramfsAsset: "initramfs-amd64.xz",
            arguments: ["talos.platform=metal", "talos.config=http://10.77.0.2:8080/config/abc?x=y&z"])
        let script = try #require(try scripts().script(for: .install(target), try machine(query)))
        let kernel =
            "kernel http://10.77.0.2:8080/assets/kernel-amd64 talos.platform=metal "
            + "talos.config=http://10.77.0.2:8080/config/abc?x=y&z initrd=initramfs-amd64.xz || goto failed\n"
        #expect(script.contains(kernel))
        #expect(script.contains("initrd http://10.77.0.2:8080/assets/initramfs-amd64.xz || goto failed\nboot ||"))
        #expect(script.contains("chain --autofree --replace http://10.77.0.2:8080/boot/script?\(query) ||"))
        #expect(!script.contains("${"))
    }

    @Test("a BIOS machine gets no initrd argument")
    func biosInstall() throws {
        let target = BootTarget(kernelAsset: "k", initramfsAsset: "i", arguments: ["a"])
        let bios = try machine("mac=52:54:00:77:00:01&platform=pcbios")
        #expect(try scripts().script(for: .install(target), bios)?.contains("/assets/k a || goto") == true)
    }

    @Test("held machines sleep and ask again; local ones leave with a status that firmware takes for try the next")
    func others() throws {
        let hold = BootDecision.hold(reason: "approve it: node approve ${mac} && reboot\n#", retryAfter: .seconds(7))
        let held = try #require(try scripts().script(for: hold, try machine(query)))
        #expect(held.contains("sleep 7\n"))
        #expect(held.contains(": approve it: node approve __mac_ __ reboot__\n"))
        let local = try scripts().script(for: .local(reason: "installed"), try machine(query))
        #expect(local?.hasSuffix("exit 1\n") == true)
        #expect(try scripts().script(for: .ignore, try machine(query)) == nil)
    }

    @Test(
        "a value that would change the script is refused",
        arguments: ["a b", "a\nb", "", "||", ";", "#x", "x${uuid}", "caf\u{E9}", "a\u{7F}"])
    func injection(_ value: String) throws {
        let target = BootTarget(kernelAsset: "k", initramfsAsset: "i", arguments: [value])
        #expect(throws: Fault.self) { try scripts().script(for: .install(target), try machine(query)) }
    }

    @Test("an unknown name in a template is named with its line")
    func unknownName() throws {
        let template = try ScriptTemplate(parsing: "#!ipxe\necho {{mac}}\necho {{token}}\n", file: "pxe/x.ipxe")
        let fault = try #require(throws: Fault.self) { try template.render(["mac": .word("m")]) }
        #expect(fault.location == "pxe/x.ipxe:3")
        #expect(fault.what.contains("{{token}}"))
        #expect(throws: Fault.self) { try ScriptTemplate(parsing: "#!ipxe\n{{a\n", file: "x") }
        #expect(throws: Fault.self) { try ScriptTemplate(parsing: "echo\n", file: "x") }
    }

    @Test("the embedded loader table serves BIOS, UEFI, arm64 and HTTP boot")
    func table() throws {
        let table = try BootloaderTable(parsing: try Embedded().text(BootloaderTable.file))
        let files = BootFiles(["undionly.kpxe": [], "snponly.efi": [], "arm64-efi/snponly.efi": []])
        #expect(table.loader(for: [0], .tftp, from: files) == "undionly.kpxe")
        #expect(table.loader(for: [7], .tftp, from: files) == "snponly.efi")
        #expect(table.loader(for: [9], .tftp, from: files) == "snponly.efi")
        #expect(table.loader(for: [11], .tftp, from: files) == "arm64-efi/snponly.efi")
        #expect(table.loader(for: [16], .http, from: files) == "snponly.efi")
        #expect(table.loader(for: [16], .tftp, from: files) == nil)
        #expect(table.loader(for: [6], .tftp, from: files) == nil)
        #expect(throws: Fault.self) { try BootloaderTable(parsing: "7 ftp x") }
        #expect(throws: Fault.self) { try BootloaderTable(parsing: "7 tftp x\n7 tftp y") }
    }
}
