import Core
import Testing

@testable import HTTPClient

@Suite("gRPC framing and text forms")
struct GRPCFrameTests {
    @Test("A frame is a flag, a length and the message")
    func golden() {
        #expect(GRPCFrame.encode([]) == [0, 0, 0, 0, 0])
        #expect(GRPCFrame.encode([7, 8]) == [0, 0, 0, 0, 2, 7, 8])
        #expect(GRPCFrame.encode([UInt8](repeating: 1, count: 0x010203)).prefix(5) == [0, 0, 1, 2, 3])
    }

    @Test("Messages come out as they went in, however the bytes are cut", arguments: 0..<20)
    func cuts(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let messages = (0..<40).map { _ in noise(Int.random(in: 0...3000, using: &generator), seed: generator.next()) }
        var rest = messages.flatMap(GRPCFrame.encode)[...]
        var decoder = GRPCFrameDecoder()
        var decoded: [[UInt8]] = []
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...4000, using: &generator))
            decoder.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
            while let message = try decoder.next() { decoded.append(message) }
        }
        #expect(decoded == messages)
        #expect(!decoder.isMidMessage)
    }

    @Test("A message over 32 MiB and a compressed one are refused before they are read")
    func refused() {
        var large = GRPCFrameDecoder()
        large.append([0, 2, 0, 0, 1])
        #expect(throws: GRPCStatus.self) { try large.next() }
        var compressed = GRPCFrameDecoder()
        compressed.append([1, 0, 0, 0, 1, 5])
        #expect(throws: GRPCStatus.self) { try compressed.next() }
        var largest = GRPCFrameDecoder()
        largest.append([0, 2, 0, 0, 0])
        #expect(throws: Never.self) { try largest.next() }
    }

    @Test(
        "A deadline has at most eight digits and its unit",
        arguments: [
            (.milliseconds(1), "1m"), (.seconds(2), "2000m"), (.microseconds(10), "1m"),
            (.seconds(99_999), "99999000m"),
            (.seconds(100_000), "100000S"), (.seconds(1 << 60), "99999999S"), (.milliseconds(1500), "1500m"),
        ] as [(Duration, String)])
    func timeouts(_ duration: Duration, _ text: String) {
        #expect(grpcTimeout(duration) == text)
    }

    @Test(
        "Percent-encoding of messages is undone, and what is none stays",
        arguments: [
            ("", ""), ("plain", "plain"), ("a%20b", "a b"), ("%e2%82%AC", "€"), ("100%", "100%"), ("%zz%4", "%zz%4"),
            ("%25", "%"), ("%0A", "\n"),
        ])
    func messages(_ encoded: String, _ text: String) {
        #expect(percentDecoded(encoded) == text)
    }

    @Test("Codes become faults of the fitting kind")
    func faults() {
        let expected: [GRPCStatus.Code: Fault.Code] = [
            .cancelled: .cancelled, .deadlineExceeded: .timeout, .notFound: .notFound, .alreadyExists: .conflict,
            .aborted: .conflict, .permissionDenied: .denied, .unauthenticated: .denied, .failedPrecondition: .refused,
            .unavailable: .unreachable, .dataLoss: .corrupted,
        ]
        for code in GRPCStatus.Code.allCases {
            let fault = Fault(GRPCStatus(code, "why"), "what", at: "where")
            #expect(fault.code == expected[code] ?? .failed)
            #expect(fault.why == "\(code): why")
        }
    }
}
