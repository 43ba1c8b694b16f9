import Core
import PKI
import Testing

@Suite struct SealerTests {
    private let cheap = Sealer.Cost(logN: 8, r: 8, p: 1)

    @Test("A sealed secret opens with the key file it was sealed with, and with nothing else")
    func keyFile() throws {
        let key = Random.bytes(32)
        let sealer = try Sealer(keyFile: key)
        for length in [0, 1, 15, 16, 17, 5000] {
            let secret = Random.bytes(length)
            let sealed = try sealer.seal(secret)
            #expect(sealed.count == 39 + length + 16)
            #expect(try Sealer(keyFile: key).open(sealed) == secret)
            #expect { try Sealer(keyFile: Random.bytes(32)).open(sealed) } throws: { ($0 as? Fault)?.code == .denied }
        }
    }

    @Test("A passphrase seals through scrypt with the cost that the header names")
    func passphrase() throws {
        let secret = Array("the bundle".utf8)
        let sealed = try Sealer(passphrase: "correct horse", cost: cheap).seal(secret)
        #expect(Array(sealed[..<11]) == Array("CZSEAL".utf8) + [1, 1, 8, 8, 1])
        #expect(try Sealer(passphrase: "correct horse").open(sealed) == secret)
        #expect { try Sealer(passphrase: "correct hors").open(sealed) } throws: { ($0 as? Fault)?.code == .denied }
    }

    @Test("The standard cost works")
    func standardCost() throws {
        let sealer = try Sealer(passphrase: "x")
        #expect(try sealer.open(sealer.seal([1, 2, 3])) == [1, 2, 3])
    }

    @Test("The same secret never seals to the same bytes")
    func fresh() throws {
        let sealer = try Sealer(keyFile: Random.bytes(40))
        #expect(try Set((0..<20).map { _ in try sealer.seal([1]) }).count == 20)
    }

    @Test("Texts of version 1 that another program wrote from the format's description open")
    func golden() throws {
        let byFile = "Q1pTRUFMAQAAAAAAAQIDBAUGBwgJCgsMDQ4PZGVmZ2hpamtsbW5vQraQEPLvKogzpCTnfVEyIeiZy3TmLf82MGY="
        let byText = "Q1pTRUFMAQEICAEAAQIDBAUGBwgJCgsMDQ4PZGVmZ2hpamtsbW5vgY9TQlstjzg9LWnNofW2tBTfelj3sDLaBL0="
        let secret = Array("the bundle".utf8)
        #expect(try Sealer(keyFile: Array(0..<32)).open(#require(Base64.decode(byFile))) == secret)
        #expect(try Sealer(passphrase: "correct horse").open(#require(Base64.decode(byText))) == secret)
    }

    @Test("Every changed bit is noticed")
    func tampering() throws {
        let sealer = try Sealer(keyFile: Array(repeating: 7, count: 32))
        let sealed = try sealer.seal(Array("secret".utf8))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: Fault.self) { try sealer.open(changed) }
        }
        for length in 0..<sealed.count {
            #expect(throws: Fault.self) { try sealer.open(Array(sealed[..<length])) }
        }
    }

    @Test("The wrong kind of key and unreasonable costs are named")
    func wrongKind() throws {
        let byFile = try Sealer(keyFile: Random.bytes(32)).seal([1])
        var byText = try Sealer(passphrase: "x", cost: cheap).seal([1])
        #expect { try Sealer(passphrase: "x").open(byFile) } throws: { ($0 as? Fault)?.code == .refused }
        #expect { try Sealer(keyFile: Random.bytes(32)).open(byText) } throws: { ($0 as? Fault)?.code == .refused }
        byText[8] = 60
        #expect { try Sealer(passphrase: "x").open(byText) } throws: { ($0 as? Fault)?.code == .corrupted }
        #expect { try Sealer(keyFile: [1, 2]) } throws: { ($0 as? Fault)?.code == .refused }
        #expect { try Sealer(passphrase: "") } throws: { ($0 as? Fault)?.code == .refused }
    }
}
