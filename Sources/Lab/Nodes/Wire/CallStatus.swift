/// How a gRPC call ends other than well.
struct CallStatus: Error, Sendable, Hashable {
    /// The canonical codes.
    enum Code: Int, Sendable, Hashable {
        case ok = 0
        case canceled = 1
        case unknown = 2
        case invalidArgument = 3
        case deadlineExceeded = 4
        case notFound = 5
        case alreadyExists = 6
        case permissionDenied = 7
        case resourceExhausted = 8
        case failedPrecondition = 9
        case aborted = 10
        case outOfRange = 11
        case unimplemented = 12
        case `internal` = 13
        case unavailable = 14
        case dataLoss = 15
        case unauthenticated = 16

        /// As Go's gRPC names it: `FailedPrecondition`.
        var name: String {
            let text = "\(self)"
            return self == .ok ? "OK" : text.prefix(1).uppercased() + text.dropFirst()
        }
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let notAuthorized = CallStatus(.permissionDenied, "not authorized")
}
