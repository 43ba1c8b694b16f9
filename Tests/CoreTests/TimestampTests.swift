import Core
import Testing

@Suite("Moments")
struct TimestampTests {
    @Test(
        "RFC 3339 is read and written",
        arguments: [
            ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"),
            ("2026-01-31T10:30:00.25+02:30", "2026-01-31T08:00:00.250Z"),
            ("1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.500Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ])
    func roundTrip(text: String, expected: String) {
        #expect(Timestamp(text)?.description == expected)
    }

    @Test(
        "What is no moment is refused",
        arguments: ["", "2026-01-31", "2026-13-01T00:00:00Z", "2026-01-31T08:00:00", "x"])
    func refuses(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("A secret never prints")
    func secret() {
        let secret = Secret("hunter2")
        #expect("\(secret)" == "[redacted]")
        #expect(String(reflecting: secret) == "[redacted]")
        #expect(secret.revealed == "hunter2")
    }
}
