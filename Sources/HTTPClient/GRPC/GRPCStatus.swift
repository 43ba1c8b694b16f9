package import Core
import PKI

/// What a gRPC server said about a call that did not succeed.
package struct GRPCStatus: Error, Sendable, Hashable {
    /// The canonical codes (google.rpc.Code).
    package enum Code: Int, Sendable, Hashable, CaseIterable {
        case ok = 0
        case cancelled = 1
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
    }

    package var code: Code
    package var message: String
    /// A serialized google.rpc.Status, from the trailer `grpc-status-details-bin`; empty when there is none.
    package var details: [UInt8]

    package init(_ code: Code, _ message: String = "", details: [UInt8] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// Reads `grpc-status`, `grpc-message` and `grpc-status-details-bin`; nil when there is no status.
    init?(_ fields: HTTPHeaders) {
        guard let text = fields["grpc-status"] else { return nil }
        code = Int(text).flatMap(Code.init(rawValue:)) ?? .unknown
        message = percentDecoded(fields["grpc-message"] ?? "")
        details = fields["grpc-status-details-bin"].flatMap(binaryMetadata) ?? []
    }

    /// What a response that is not gRPC means for the call (grpc/doc/http-grpc-status-mapping.md).
    init(http status: Int) {
        let code: Code =
            switch status {
            case 400: .internal
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 404: .unimplemented
            case 429, 502, 503, 504: .unavailable
            default: .unknown
            }
        self.init(code, "the server answered with HTTP status \(status)")
    }
}

extension GRPCStatus: CustomStringConvertible {
    package var description: String { message.isEmpty ? "\(code)" : "\(code): \(message)" }
}

extension Fault {
    /// A fault for a call that the server refused; its kind follows the status code.
    package init(_ status: GRPCStatus, _ what: String, at location: String?, next: String? = nil) {
        let code: Code =
            switch status.code {
            case .cancelled: .cancelled
            case .deadlineExceeded: .timeout
            case .notFound: .notFound
            case .alreadyExists, .aborted: .conflict
            case .permissionDenied, .unauthenticated: .denied
            case .failedPrecondition: .refused
            case .unavailable: .unreachable
            case .dataLoss: .corrupted
            default: .failed
            }
        self.init(code, what, at: location, why: status.description, next: next)
    }
}

/// Undoes the percent-encoding of `grpc-message`; what is no valid escape stays as it is.
func percentDecoded(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let byte = hexadecimal(bytes[index + 1...index + 2])?.first
        {
            decoded.append(byte)
            index += 3
        } else {
            decoded.append(bytes[index])
            index += 1
        }
    }
    return String(decoding: decoded, as: UTF8.self)
}

/// The bytes of a `-bin` field: base64, padded or not.
func binaryMetadata(_ text: String) -> [UInt8]? {
    let digits = text.prefix { $0 != "=" }
    return Base64.decode(digits + String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4))
}
