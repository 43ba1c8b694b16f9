import Core
import Glibc
import Testing

@testable import Netboot

@Suite struct BootHTTPTests {
    private struct Answer {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]
    }

    private let digest = String(repeating: "ab", count: 32)
    private let size = 5_000_001
    private static let content = Array(
        repeatElement((0..<250).map { UInt8($0) }, count: 20_001).joined().prefix(5_000_001))

    /// One asset of five million bytes, one loader, one script policy.
    private func withHTTP(
        _ policy: TestPolicy = TestPolicy(),
        _ body: @Sendable @escaping (String, [UInt8], Ports, EventLog) async throws -> Void
    ) async throws {
        try await withDirectory { directory in
            let content = Self.content
            try FileStore.replace("\(directory)/kernel", with: content)
            try FileStore.replace("\(directory)/ipxe.efi", with: [1, 2, 3, 4])
            var configuration = try loopbackConfiguration(.off, directory: directory)
            configuration.assets = [NetbootAsset(name: "kernel-amd64", path: "\(directory)/kernel", sha256: digest)]
            try await withService(configuration, policy: policy) { ports, log in
                try await body("http://127.77.0.1:\(ports.http)", content, ports, log)
            }
        }
    }

    /// Asks with curl and reads its `-i` output.
    private func curl(_ arguments: String...) async throws -> Answer {
        let output = try await program(["curl", "-sS", "-i", "--path-as-is", "--max-time", "20"] + arguments)
        guard output.status == 0 else { throw Fault(.failed, output.text) }
        let separator = Array("\r\n\r\n".utf8)
        guard let end = output.bytes.firstRange(of: separator) else { throw Missing() }
        let lines = String(decoding: output.bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let status = lines[0].split(separator: " ")[1]
        return Answer(status: Int(status) ?? 0, headers: headers, body: Array(output.bytes[end.upperBound...]))
    }

    @Test("an asset comes whole, with its digest as entity tag and its progress told")
    func whole() async throws {
        try await withHTTP { base, content, _, log in
            let answer = try await curl("\(base)/assets/kernel-amd64")
            #expect(answer.status == 200 && answer.body == content)
            #expect(answer.headers["content-length"] == "\(size)")
            #expect(answer.headers["etag"] == "\"\(digest)\"")
            #expect(answer.headers["accept-ranges"] == "bytes")
            #expect(answer.headers["server"] == nil && answer.headers["location"] == nil)
            try await until("the last progress") { log.has(.asset(name: "kernel-amd64", sent: size, total: size)) }
            let again = try await curl("-H", "If-None-Match: \"\(digest)\"", "\(base)/assets/kernel-amd64")
            #expect(again.status == 304 && again.body == [])
            #expect(again.headers["etag"] == "\"\(digest)\"")
        }
    }

    @Test("ranges, suffixes, 416, If-Range and HEAD")
    func ranges() async throws {
        try await withHTTP { base, content, _, _ in
            let url = "\(base)/assets/kernel-amd64"
            let part = try await curl("-H", "Range: bytes=1000-3000999", url)
            #expect(part.status == 206 && part.body == Array(content[1000..<3_001_000]))
            #expect(part.headers["content-range"] == "bytes 1000-3000999/\(size)")
            let suffix = try await curl("-H", "Range: bytes=-10", url)
            #expect(suffix.status == 206 && suffix.body == Array(content.suffix(10)))
            let beyond = try await curl("-H", "Range: bytes=\(size)-", url)
            #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */\(size)")
            let stale = try await curl("-H", "Range: bytes=0-9", "-H", "If-Range: \"other\"", url)
            #expect(stale.status == 200 && stale.body.count == size)
            let fresh = try await curl("-H", "Range: bytes=0-9", "-H", "If-Range: \"\(digest)\"", url)
            #expect(fresh.status == 206 && fresh.body.count == 10)
            let head = try await curl("-I", url)
            #expect(head.status == 200 && head.headers["content-length"] == "\(size)" && head.body == [])
        }
    }

    @Test("a connection carries many requests, HEAD among them")
    func keepAlive() async throws {
        try await withHTTP { base, _, _, _ in
            let format = "%{num_connects} %{http_code} %{size_download}\\n"
            let output = try await program([
                "curl", "-sS", "-w", format, "-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null",
                "\(base)/bootloaders/ipxe.efi", "\(base)/missing", "\(base)/assets/kernel-amd64",
            ])
            #expect(output.text == "1 200 4\n0 404 10\n0 200 \(size)\n")
        }
    }

    @Test("boot loaders have the type that UEFI wants, double slashes do not redirect")
    func loaders() async throws {
        try await withHTTP { base, _, _, _ in
            let answer = try await curl("\(base)//bootloaders//ipxe.efi")
            #expect(answer.status == 200 && answer.body == [1, 2, 3, 4])
            #expect(answer.headers["content-type"] == "application/efi")
        }
    }

    @Test(
        "what is not served is 404 or 400, never a file",
        arguments: [
            "/assets/../kernel", "/assets/%2e%2e/kernel", "/assets/kernel", "/assets/", "/assets", "/", "/config/",
            "/assets/kernel-amd64/x", "/assets/%00", "/assets/..%2fkernel", "/assets/%zz", "/config/a/b",
            "/boot/script/x",
        ])
    func refused(_ path: String) async throws {
        try await withHTTP { base, _, _, _ in
            let status = try await curl("\(base)\(path)").status
            #expect(status == 404 || status == 400)
        }
    }

    @Test("other methods are refused with what is allowed")
    func methods() async throws {
        try await withHTTP { base, _, _, _ in
            let answer = try await curl("-X", "PUT", "-d", "x", "\(base)/assets/kernel-amd64")
            #expect(answer.status == 405 && answer.headers["allow"] == "GET, HEAD")
        }
    }

    @Test("the script follows the decision, and the machine is known by its address afterwards")
    func scripts() async throws {
        let policy = TestPolicy()
        try await withHTTP(policy) { base, _, _, log in
            let url =
                "\(base)/boot/script?mac=52:54:00:77:00:01&uuid=\(testUUID?.description ?? "")&serial=S1&arch=x86_64"
            let held = try await curl(url)
            #expect(held.status == 200)
            #expect(String(decoding: held.body, as: UTF8.self).contains("sleep 5\n"))
            #expect(held.headers["cache-control"] == "no-store")
            policy.set(
                .install(BootTarget(kernelAsset: "kernel-amd64", initramfsAsset: "kernel-amd64", arguments: ["a=b"])))
            #expect(String(decoding: try await curl(url).body, as: UTF8.self).contains("kernel-amd64 a=b || goto"))
            policy.set(.install(BootTarget(kernelAsset: "other", initramfsAsset: "kernel-amd64", arguments: [])))
            #expect(try await curl(url).status == 503)
            policy.set(.ignore)
            #expect(try await curl(url).status == 404)
            #expect(try await curl("\(base)/boot/script").status == 400)
            let machine = try #require(policy.seen.first)
            #expect(machine.mac == testMAC && machine.uuid == testUUID && machine.serial == "S1")
            #expect(machine.address?.description.hasPrefix("127.") == true)
            _ = try await curl("-I", "\(base)/assets/kernel-amd64")
            _ = try await curl("\(base)/assets/kernel-amd64")
            try await until("progress with the MAC") {
                log.all.contains { event in
                    if case .asset = event.kind { event.mac == testMAC } else { false }
                }
            }
        }
    }

    @Test("of twenty that ask for one machine config at once, one gets it; its delivery is told")
    func oneTime() async throws {
        let policy = TestPolicy()
        let config = [UInt8](repeating: 0x61, count: 40_000)
        policy.add(config, token: "t0ken")
        try await withHTTP(policy) { base, _, _, log in
            let head = try await curl("-I", "\(base)/config/t0ken")
            #expect(head.status == 404)
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<20 { group.addTask { try await curl("\(base)/config/t0ken") } }
                return try await group.reduce(into: [Answer]()) { $0.append($1) }
            }
            let served = answers.filter { $0.status == 200 }
            #expect(served.count == 1 && served.first?.body == config)
            #expect(served.first?.headers["cache-control"] == "no-store")
            #expect(answers.filter { $0.status == 404 }.count == 19)
            try await until("the delivery") { log.has(.config(delivered: true)) }
            #expect(policy.delivered == ["t0ken"])
        }
    }

    @Test("after a stop the same ports serve again at once, with clients of before still connected")
    func restart() async throws {
        try await withDirectory { directory in
            var configuration = try loopbackConfiguration(.off, directory: directory)
            // An address that no other test takes ports of.
            let host = IPAddress(v4: 127, 77, 9, 1)
            let held = Ports(dhcp: 0, tftp: 0, http: try UDPPeer(host).port)
            (configuration.listen, configuration.httpListen.host) = (host, host)
            configuration.httpListen.port = held.http
            configuration.tftpPort = held.http
            for _ in 0..<3 {
                try await withService(configuration) { ports, _ in
                    #expect(ports.http == held.http)
                    _ = try await curl("http://\(host):\(ports.http)/boot.ipxe")
                }
            }
        }
    }
}
