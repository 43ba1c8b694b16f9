import Core
import PKI
import Testing

@Suite struct PrivateKeyTests {
    @Test(
        "A key is written with Talos's label and read back",
        arguments: [
            (KeyAlgorithm.ed25519, "ED25519 PRIVATE KEY"), (.p256, "EC PRIVATE KEY"), (.rsa4096, "RSA PRIVATE KEY"),
        ])
    func roundTrip(algorithm: KeyAlgorithm, label: String) throws {
        let key = try PrivateKey.generate(algorithm)
        #expect(key.algorithm == algorithm)
        #expect(key.pem.hasPrefix("-----BEGIN \(label)-----\n"))
        #expect(key.pem.hasSuffix("\n-----END \(label)-----\n"))
        #expect(key.pkcs8PEM.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        for text in [key.pem, key.pkcs8PEM] {
            let read = try PrivateKey(pem: text)
            #expect(read == key)
            #expect(read.algorithm == algorithm)
            #expect(read.pem == key.pem)
            #expect(read.pkcs8PEM == key.pkcs8PEM)
        }
    }

    @Test("openssl reads what we write and names the same public key", arguments: KeyAlgorithm.allCases)
    func opensslReads(algorithm: KeyAlgorithm) throws {
        let key = try PrivateKey.generate(algorithm)
        let shown = try Tool.run(["openssl", "pkey", "-pubout"], input: key.pkcs8PEM)
        #expect(shown.output == PEM.Block(label: "PUBLIC KEY", der: key.publicKeySPKI).text)
        let kind = try Tool.run(["openssl", "pkey", "-noout", "-text"], input: key.pkcs8PEM).output
        switch algorithm {
        case .ed25519: #expect(kind.hasPrefix("ED25519 Private-Key:"))
        case .p256: #expect(kind.contains("ASN1 OID: prime256v1"))
        case .rsa4096: #expect(kind.contains("Private-Key: (4096 bit"))
        }
        if algorithm != .ed25519 {
            #expect(try Tool.run(["openssl", "pkey", "-pubout"], input: key.pem).output == shown.output)
            let traditional = try Tool.run(["openssl", "pkey", "-traditional"], input: key.pkcs8PEM)
            #expect(traditional.output == key.pem)
        }
    }

    @Test(
        "Keys made by openssl are read",
        arguments: [
            (["genpkey", "-algorithm", "ED25519"], KeyAlgorithm.ed25519),
            (["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], .p256),
            (["ecparam", "-name", "prime256v1", "-genkey"], .p256),
            (["genrsa", "-traditional", "2048"], .rsa4096),
        ])
    func opensslWrites(command: [String], algorithm: KeyAlgorithm) throws {
        let made = try Tool.run(["openssl"] + command)
        let key = try PrivateKey(pem: made.output)
        #expect(key.algorithm == algorithm)
        let shown = try Tool.run(["openssl", "pkey", "-pubout"], input: made.output)
        #expect(shown.output.hasSuffix(PEM.Block(label: "PUBLIC KEY", der: key.publicKeySPKI).text))
    }

    @Test("Ed25519 under Talos's label, which openssl refuses, differs from PKCS#8 in the label only")
    func relabelling() throws {
        let key = try PrivateKey.generate(.ed25519)
        #expect(try Tool.run(["openssl", "pkey", "-noout"], input: key.pem).status != 0)
        let labels = [(" ED25519 PRIVATE KEY", " PRIVATE KEY")]
        let relabelled = labels.reduce(key.pem) { $0.split(separator: $1.0).joined(separator: $1.1) }
        #expect(relabelled == key.pkcs8PEM)
    }

    @Test("Printing a key shows no secret")
    func printing() throws {
        let key = try PrivateKey.generate(.ed25519)
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "[private key, ed25519]")
        #expect(String(reflecting: key) == "[private key, ed25519]")
        #expect(!dumped.contains("0x") && !dumped.contains("handle"))
    }

    @Test("What is no key of ours is refused as corrupted")
    func refusals() throws {
        let curve = try Tool.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"])
        let locked = try Tool.run([
            "openssl", "genpkey", "-algorithm", "ED25519", "-aes256", "-pass", "pass:x",
        ])
        let key = try PrivateKey.generate(.ed25519).pem
        let texts = [
            "", "nonsense", curve.output, locked.output, String(key.dropLast(40)),
            PEM.Block(label: "PRIVATE KEY", der: [1, 2, 3]).text,
            PEM.Block(label: "PRIVATE KEY", der: try PEM.blocks(key)[0].der + [0]).text,
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
            "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
            String(repeating: "x", count: PEM.limit + 1),
        ]
        for text in texts {
            #expect { try PrivateKey(pem: text) } throws: { ($0 as? Fault)?.code == .corrupted }
        }
    }

    @Test("Changed bytes of a key never crash the reader")
    func fuzz() throws {
        var generator = Seeded(23)
        let ders = try KeyAlgorithm.allCases.map { try PEM.blocks(PrivateKey.generate($0).pkcs8PEM)[0].der }
        for round in 0..<600 {
            var der = ders[round % ders.count]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                der[Int.random(in: der.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { der.removeLast(Int.random(in: 0..<der.count, using: &generator)) }
            _ = try? PrivateKey(der: der)
        }
    }
}
