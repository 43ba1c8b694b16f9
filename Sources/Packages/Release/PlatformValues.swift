package import Core

/// The merged values of the platform chart.
package struct PlatformValues: Sendable {
    package let json: JSON

    init(_ json: JSON) {
        self.json = json
    }

    /// The value at a path of keys joined by dots.
    package subscript(path: String) -> JSON? {
        json[path.split(separator: ".").map(String.init)]
    }

    package func flag(_ path: String) -> Bool {
        self[path]?.bool ?? false
    }

    package func text(_ path: String) -> String {
        self[path]?.string ?? ""
    }

    /// A number as text.
    package func number(_ path: String) -> String {
        switch self[path] {
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .string(let text): text
        default: ""
        }
    }

    package func list(_ path: String) -> [String] {
        self[path]?.array?.compactMap(\.string) ?? []
    }

    /// Replaces texts of the form `${path}` by the value at that path. `apiServer.host` and `apiServer.port` are taken
    /// from `publishing.apiServerEndpoint`, as the chart does it.
    package func resolve(_ template: JSON) -> JSON {
        switch template {
        case .object(let fields): .object(fields.mapValues(resolve))
        case .array(let elements): .array(elements.map(resolve))
        case .string(let text) where text.hasPrefix("${") && text.hasSuffix("}"):
            reference(String(text.dropFirst(2).dropLast()))
        default: template
        }
    }

    private func reference(_ path: String) -> JSON {
        switch path {
        case "apiServer.host": .string(apiServer.host)
        case "apiServer.port": .string(apiServer.port)
        default: self[path] ?? .null
        }
    }

    /// Host and port of the published endpoint: an empty host when none is set, 6443 when it names no port.
    private var apiServer: (host: String, port: String) {
        var rest = Substring(text("publishing.apiServerEndpoint"))
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" }
        let afterAddress = rest.lastIndex(of: "]") ?? rest.startIndex
        guard let colon = rest[afterAddress...].lastIndex(of: ":") else { return (String(rest), "6443") }
        return (String(rest[..<colon]), String(rest[rest.index(after: colon)...]))
    }
}

extension JSON {
    /// Helm's merge of values: objects deeply, everything else is replaced, null removes.
    package func merging(_ other: JSON) -> JSON {
        guard case .object(var fields) = self, case .object(let changes) = other else { return other }
        for (key, change) in changes {
            if change.isNull {
                fields[key] = nil
            } else {
                fields[key] = fields[key].map { $0.merging(change) } ?? change
            }
        }
        return .object(fields)
    }
}
