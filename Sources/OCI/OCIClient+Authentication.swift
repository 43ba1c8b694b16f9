import Core
import HTTPClient
import PKI

/// The token flow of the distribution project: a 401 names a realm, which gives a token for the scope (anonymously for
/// public repositories).
extension OCIClient {
    func authorize(
        _ response: HTTPResponse, _ endpoint: String, _ reference: OCIReference
    ) async throws(Fault) -> String {
        let challenges = response.headers.values("www-authenticate").compactMap(AuthenticationChallenge.init)
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            let (token, lifetime) = try await token(bearer, endpoint, reference)
            let header = "Bearer \(token)"
            tokens.store(header, for: lifetime, endpoint, reference.repository)
            return header
        }
        if challenges.contains(where: { $0.scheme == "basic" }), let header = basic(reference.registry) {
            return header
        }
        throw Fault(
            .denied, "the registry asks for credentials", at: "\(endpoint)/v2/\(reference.repository)",
            next: "give credentials for \(reference.registry)")
    }

    private func basic(_ registry: String) -> String? {
        configuration.credentials[registry].map { credentials in
            "Basic " + Base64.encode(Array("\(credentials.username):\(credentials.password.revealed)".utf8))
        }
    }

    private func token(
        _ challenge: AuthenticationChallenge, _ endpoint: String, _ reference: OCIReference
    ) async throws(Fault) -> (token: String, lifetime: Duration) {
        guard let realm = challenge.parameters["realm"],
            realm.hasPrefix("https://") || (realm.hasPrefix("http://") && endpoint.hasPrefix("http://"))
        else { throw Fault(.denied, "the registry names no usable token server", at: endpoint) }
        let scope = challenge.parameters["scope"] ?? "repository:\(reference.repository):pull"
        var query = ["scope=\(Self.encoded(scope))"]
        if let service = challenge.parameters["service"] { query.insert("service=\(Self.encoded(service))", at: 0) }
        let url = realm + (realm.contains("?") ? "&" : "?") + query.joined(separator: "&")
        var request = HTTPRequest(.get, url, tls: configuration.tls)
        request.headers["Authorization"] = basic(reference.registry)
        request.retry = configuration.retry
        request.idleTimeout = .seconds(30)
        let answer = try await http.collect(request, limit: 256 << 10)
        guard answer.head.isSuccess else { throw RegistryFault.make(answer.head, answer.body, url) }
        let fields = try JSON(parsing: answer.body, limits: JSON.Limits(bytes: 256 << 10, depth: 16))
        guard let token = fields["token"]?.string ?? fields["access_token"]?.string, !token.isEmpty,
            token.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else { throw Fault(.corrupted, "the token server's answer has no token", at: url) }
        // The specification's default is a minute; a token about to end is not worth keeping.
        let seconds = min(max(fields["expires_in"]?.int ?? 60, 10), 3600) - 5
        return (token, .seconds(seconds))
    }

    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: ","):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%" + hexadecimal([byte]).uppercased()
            }
        }
        return encoded
    }
}
