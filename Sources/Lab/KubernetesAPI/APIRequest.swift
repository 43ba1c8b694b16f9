import Core

/// A request as it came over the wire, with its body in full.
struct APIRequest: Sendable {
    var method: String
    /// As it was sent, without the query.
    var path: String
    var query: Query
    var accept: String = ""
    var contentType: String = ""
    var userAgent: String = ""
    var ifNoneMatch: String?
    var body: [UInt8] = []
    var peer = Peer(name: "", groups: [])

    /// The user that a client certificate names.
    struct Peer: Sendable, Hashable {
        var name: String
        var groups: [String]
    }

    /// - Parameter target: path and query.
    init(method: String, target: String) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = Query(parts.count > 1 ? String(parts[1]) : "")
    }

    var segments: [String] {
        path.split(separator: "/").map { percentDecoded($0) ?? String($0) }
    }

    /// The fields of a query string.
    struct Query: Sendable {
        private var fields: [String: String] = [:]

        init(_ text: String) {
            for pair in text.split(separator: "&").prefix(1000) {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard let name = percentDecoded(parts[0], plusIsSpace: true) else { continue }
                let value = parts.count > 1 ? percentDecoded(parts[1], plusIsSpace: true) : ""
                if fields[name] == nil { fields[name] = value }
            }
        }

        /// The value of a field; nil when it is missing or empty.
        subscript(name: String) -> String? {
            fields[name].flatMap { $0.isEmpty ? nil : $0 }
        }

        func isTrue(_ name: String) -> Bool { ["1", "true", "True", "TRUE", "t"].contains(fields[name] ?? "") }

        /// - Throws: 400 for text that is no number.
        func number(_ name: String) throws(APIError) -> Int? {
            guard let text = self[name] else { return nil }
            guard let number = Int(text), number >= 0 else {
                throw .badRequest("invalid value for \(name): \(text.quoted) is no number")
            }
            return number
        }
    }

    /// The body as JSON; `application/yaml` and the apply type may be YAML, and there is Kubernetes' protobuf.
    ///
    /// - Throws: 400 for anything else.
    func json() throws(APIError) -> JSON {
        if contentType.hasPrefix(ProtobufBody.mediaType) { return try ProtobufBody.json(body) }
        do {
            let first = body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            if contentType.contains("yaml"), first != UInt8(ascii: "{") {
                return try RequestYAML.json(body)
            }
            return try JSON(parsing: body, limits: JSON.Limits(bytes: APIRequest.bodyLimit, depth: 200))
        } catch {
            throw .badRequest("the object provided is unrecognized: \(error.what): \(error.why ?? "")")
        }
    }

    /// The most bytes of a body (`MaxRequestBodyBytes` of the API server).
    static let bodyLimit = 3 << 20
}

/// Undoes percent-encoding; nil if the bytes are no UTF-8.
func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), let value = hexadecimal(rest.prefix(2)), value.count == 1 {
            bytes.append(value[0])
            rest = rest.dropFirst(2)
        } else {
            bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
        }
    }
    return String(validating: bytes, as: UTF8.self)
}
