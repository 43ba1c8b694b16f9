import Core
import PKI
import Testing

@Suite struct DigestTests {
    @Test(
        "SHA-256 gives the digests of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func digest(message: String, expected: String) {
        #expect(SHA256.hexadecimalHash(Array(message.utf8)) == expected)
    }

    @Test("A message may come in pieces of any size")
    func pieces() {
        var generator = Seeded(7)
        let message = Random.bytes(10_000, using: &generator)
        let whole = SHA256.hash(message)
        for _ in 0..<50 {
            var digest = SHA256()
            var rest = message[...]
            while !rest.isEmpty {
                let size = Int.random(in: 0...700, using: &generator)
                digest.update(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(digest.finalize() == whole)
        }
    }

    @Test("A copy goes on independently, and finalizing does not disturb the value")
    func copies() {
        var first = SHA256()
        first.update("ab".utf8)
        var second = first
        _ = first.finalize()
        first.update("c".utf8)
        second.update("x".utf8)
        #expect(first.finalize() == SHA256.hash("abc".utf8))
        #expect(second.finalize() == SHA256.hash("abx".utf8))
    }

    @Test(
        "Base64 follows the vectors of RFC 4648 section 10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test("Base64 in both alphabets, with and without padding, gives back every byte sequence")
    func base64RoundTrip() {
        var generator = Seeded(11)
        for length in 0..<200 {
            let bytes = Random.bytes(length, using: &generator)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes, alphabet: .url), alphabet: .url) == bytes)
            #expect(Base64.decode(Base64.encode(bytes, alphabet: .url, padding: false), alphabet: .url) == bytes)
        }
    }

    @Test(
        "Base64 refuses foreign characters and wrong padding",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "Zm8==", "Zm9v=", "=Zg=", "Zg==Zg==", "Zm9*", "Zm9v Zg==", "Zm-_", "é===",
        ])
    func wrongBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("Base64 skips line breaks")
    func wrappedBase64() {
        #expect(Base64.decode("Zm9v\r\nYmFy\n") == Array("foobar".utf8))
    }

    @Test("Random bytes have the length asked for and do not repeat")
    func random() {
        #expect((0..<40).map { Random.bytes($0).count } == Array(0..<40))
        #expect(Set((0..<100).map { _ in Random.bytes(16) }).count == 100)
        let text = Random.text(200, of: "abc")
        #expect(text.count == 200 && Set(text) == Set("abc"))
    }
}

/// A reproducible generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
