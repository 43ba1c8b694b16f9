import Testing

@testable import Lab

@Suite struct FirmwareScriptTests {
    static let base = BootURL("http://10.0.0.1:8080/boot.ipxe")

    /// Runs a script in a world of scripts and images by URL, and gives its end and what was asked for.
    private func run(
        _ script: String, scripts: [String: String] = [:], missing: Set<String> = [], isUEFI: Bool = true
    ) throws -> (ending: ScriptMachine.Ending, asked: [String]) {
        let variables = ScriptVariables([
            "mac": "52:54:00:aa:bb:01", "uuid": "u-1", "serial": "A 1", "buildarch": "x86_64", "net0/ip": "10.0.0.9",
        ])
        var machine = ScriptMachine(variables: variables, isUEFI: isUEFI)
        var asked: [String] = []
        var effect = machine.start(script, at: try #require(Self.base))
        for _ in 0..<500 {
            switch effect {
            case .end(let ending): return (ending, asked)
            case .sleep(let seconds):
                asked.append("sleep \(seconds)")
                effect = machine.resume(.success)
            case .configureNetwork:
                asked.append("dhcp")
                effect = machine.resume(.success)
            case .fetchScript(let url):
                asked.append(url.description)
                let text = scripts[url.description]
                effect = machine.resume(text.map { .script($0) } ?? .failure("404"))
            case .fetchImage(let url, let name):
                asked.append("\(name) \(url)")
                effect = machine.resume(missing.contains(name) ? .failure("404") : .success)
            }
        }
        Issue.record("the script does not end")
        return (.exit, asked)
    }

    @Test("kernel, initrd and boot give a kernel with its arguments")
    func boot() throws {
        let result = try run(
            """
            #!ipxe
            imgfree
            kernel http://10.0.0.1:8080/assets/kernel-amd64 talos.platform=metal console=tty0
            initrd /assets/initramfs-amd64.xz
            boot
            """)
        #expect(
            result.ending
                == .boot(
                    kernel: "kernel-amd64", arguments: "talos.platform=metal console=tty0",
                    initrds: ["initramfs-amd64.xz"]))
        #expect(result.asked.last == "initramfs-amd64.xz http://10.0.0.1:8080/assets/initramfs-amd64.xz")
    }

    @Test("a chained script is asked for with expanded settings and takes the place of the first")
    func chain() throws {
        let url = "http://10.0.0.1:8080/script?mac=52-54-00-aa-bb-01&serial=A%201&arch=x86_64&none="
        let result = try run(
            """
            #!ipxe
            chain --autofree --replace script?mac=${net0/mac:hexhyp}&serial=${serial:uristring}&arch=${buildarch}&none=${code} ||
            echo not reached
            reboot
            """, scripts: [url: "#!ipxe\nexit 1\n"])
        #expect(result.asked == [url])
        #expect(result.ending == .exit)
    }

    @Test("without --replace the outer script goes on when the inner one has ended well")
    func nested() throws {
        let scripts = ["http://10.0.0.1:8080/inner": "#!ipxe\nset from inner\nexit\necho lost\n"]
        let good = try run("#!ipxe\nchain inner && poweroff\nreboot\n", scripts: scripts)
        #expect(good.ending == .powerOff)
        let bad = try run(
            "#!ipxe\nchain inner || poweroff\nreboot\n", scripts: ["http://10.0.0.1:8080/inner": "#!ipxe\nexit 1\n"])
        #expect(bad.ending == .powerOff)
    }

    @Test("a loop with a counter ends when it has counted")
    func loop() throws {
        let result = try run(
            """
            #!ipxe
            # Comments and unknown labels are passed over.
            set tries:int32 0
            :ask
            chain --replace http://10.0.0.1:8080/nobody || goto failed
            :failed
            inc tries
            iseq ${tries} 3 && goto give_up ||
            sleep 5
            goto ask
            :give_up
            exit 1
            """)
        #expect(result.asked.count(where: { $0.hasSuffix("/nobody") }) == 3)
        #expect(result.asked.count(where: { $0 == "sleep 5.0" }) == 2)
        #expect(result.ending == .exit)
    }

    @Test(
        "what nothing has caught ends the script",
        arguments: [
            "goto nowhere", "frobnicate", "kernel http://10.0.0.1/missing", "boot", "isset ${nothing}", "dhcp net1",
            "imgverify kernel sig", "prompt",
        ])
    func uncaught(line: String) throws {
        let result = try run("#!ipxe\n\(line)\nreboot\n", missing: ["missing"])
        guard case .failed = result.ending else {
            Issue.record("ended with \(result.ending)")
            return
        }
        let caught = try run("#!ipxe\n\(line) || poweroff\n", missing: ["missing"])
        #expect(caught.ending == .powerOff)
    }

    @Test("only a script is a script")
    func noScript() throws {
        guard case .failed = try run("<html>").ending else {
            Issue.record("HTML was run")
            return
        }
        let result = try run(
            "#!ipxe\nchain page || poweroff\n", scripts: ["http://10.0.0.1:8080/page": "<html></html>"])
        #expect(result.ending == .powerOff)
    }

    @Test("sanboot boots the disk of a BIOS and fails on UEFI")
    func sanboot() throws {
        let script = "#!ipxe\nsanboot --no-describe --drive 0x80 || exit 0\n"
        #expect(try run(script, isUEFI: false).ending == .bootDisk)
        #expect(try run(script, isUEFI: true).ending == .exit)
    }

    @Test("dhcp on the cabled port asks again")
    func dhcp() throws {
        #expect(try run("#!ipxe\nifopen net0\nifconf --configurator dhcp net0 || reboot\npoweroff\n").asked == ["dhcp"])
    }

    @Test("random scripts end, whatever they say")
    func fuzz() throws {
        let words = [
            "chain", "kernel", "initrd", "boot", "goto", "a", ":a", "||", "&&", ";", "set", "${a}", "${", "}", "exit",
            "inc", "iseq", "1", "sleep", "\n", "\n", "--replace", "http://h/x", "-", "#", "imgfree", "isset", "sanboot",
        ]
        var random = SeededRandom(seed: 5)
        for _ in 0..<300 {
            let text = (0..<40).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
            var machine = ScriptMachine(variables: ScriptVariables(), isUEFI: true)
            var effect = machine.start("#!ipxe\n\(text)", at: try #require(Self.base))
            for _ in 0..<2000 {
                switch effect {
                case .end: break
                case .fetchScript:
                    effect = machine.resume(Bool.random(using: &random) ? .script("#!ipxe\necho") : .failure("x"))
                default: effect = machine.resume(Bool.random(using: &random) ? .success : .failure("x"))
                }
            }
        }
    }
}
