/// A `WWW-Authenticate` header (RFC 9110 §11.6.1): a scheme and its parameters.
struct AuthenticationChallenge: Sendable, Hashable {
    /// Lower case.
    let scheme: String
    /// Names in lower case.
    let parameters: [String: String]

    /// Reads one challenge; nil when it is not well-formed.
    init?(_ header: String) {
        var rest = Array(header.utf8)[...]
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        rest = rest.drop(while: isBlank)
        let name = rest.prefix { !isBlank($0) }
        guard !name.isEmpty, header.utf8.count <= 8192 else { return nil }
        scheme = String(decoding: name, as: UTF8.self).lowercased()
        rest = rest.dropFirst(name.count)
        var parameters: [String: String] = [:]
        while true {
            rest = rest.drop { isBlank($0) || $0 == UInt8(ascii: ",") }
            guard !rest.isEmpty else { break }
            let key = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
            rest = rest.dropFirst(key.count)
            guard rest.first == UInt8(ascii: "="), let value = Self.value(&rest) else { return nil }
            parameters[String(decoding: key, as: UTF8.self).lowercased()] = value
        }
        self.parameters = parameters
    }

    /// A token or a quoted string behind `=`.
    private static func value(_ rest: inout ArraySlice<UInt8>) -> String? {
        rest = rest.dropFirst()
        guard rest.first == UInt8(ascii: "\"") else {
            let token = rest.prefix { $0 != UInt8(ascii: ",") && $0 != 0x20 }
            rest = rest.dropFirst(token.count)
            return String(decoding: token, as: UTF8.self)
        }
        rest = rest.dropFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                text.append(escaped)
            default: text.append(byte)
            }
        }
        return nil
    }
}
