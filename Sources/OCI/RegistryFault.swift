import Core
import HTTPClient

/// Turns a registry's refusal into a fault, with the registry's own words.
enum RegistryFault {
    static func make(_ response: HTTPResponse, _ body: [UInt8], _ url: String) -> Fault {
        let code: Fault.Code
        let what: String
        switch response.status {
        case 401, 403: (code, what) = (.denied, "the registry does not allow the pull")
        case 404: (code, what) = (.notFound, "the registry does not have it")
        case 429, 500...: (code, what) = (.unreachable, "the registry cannot answer now")
        default: (code, what) = (.failed, "the registry refused the request")
        }
        return Fault(code, what, at: url, why: "HTTP status \(response.status)" + words(body))
    }

    /// `, MANIFEST_UNKNOWN: manifest unknown` of the specification's error body.
    private static func words(_ body: [UInt8]) -> String {
        let json = try? JSON(parsing: body, limits: JSON.Limits(bytes: 64 << 10, depth: 16))
        guard let first = json?["errors"]?[0], let code = first["code"]?.string else { return "" }
        let message = first["message"]?.string.map { ": \($0)" } ?? ""
        return String(", \(code)\(message)".unicodeScalars.filter { $0.value >= 0x20 }.map(Character.init).prefix(300))
    }
}
