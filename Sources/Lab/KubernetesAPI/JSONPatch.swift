import Core

extension JSON {
    /// This value changed by a merge patch (RFC 7396).
    func mergePatched(_ patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var fields = object ?? [:]
        for (key, value) in changes {
            fields[key] = value.isNull ? .none : (fields[key] ?? .null).mergePatched(value)
        }
        return .object(fields)
    }
}

/// One operation of a JSON patch (RFC 6902).
struct JSONPatchOperation: Sendable {
    private enum Kind: String, Sendable {
        case add, remove, replace, move, copy, test
    }

    private let kind: Kind
    private let path: [String]
    private let from: [String]
    private let value: JSON

    /// Reads a whole patch. - Throws: 400.
    static func all(_ json: JSON) throws(APIError) -> [JSONPatchOperation] {
        guard let array = json.array, array.count <= 10_000 else {
            throw .badRequest("a JSON patch is an array of at most 10000 operations")
        }
        var operations: [JSONPatchOperation] = []
        for element in array { operations.append(try JSONPatchOperation(element)) }
        return operations
    }

    private init(_ json: JSON) throws(APIError) {
        guard let kind = json["op"]?.string.flatMap(Kind.init), let path = JSONPatchOperation.path(json["path"]) else {
            throw .badRequest("invalid operation in a JSON patch: \(json)")
        }
        self.kind = kind
        self.path = path
        from = JSONPatchOperation.path(json["from"]) ?? []
        value = json["value"] ?? .null
        if (kind == .move || kind == .copy), json["from"] == nil {
            throw .badRequest("invalid operation in a JSON patch: \(json)")
        }
    }

    private static func path(_ json: JSON?) -> [String]? {
        guard let text = json?.string, text.isEmpty || text.hasPrefix("/") else { return nil }
        return text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(unescaped)
    }

    private static func unescaped(_ segment: Substring) -> String {
        var text = ""
        var isEscape = false
        for character in segment {
            if isEscape {
                text.append(character == "1" ? "/" : "~")
                isEscape = false
            } else if character == "~" {
                isEscape = true
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// - Throws: 422 when the place does not exist or a test fails.
    func apply(to document: inout JSON) throws(APIError) {
        switch kind {
        case .add: try change(&document, path[...]) { $0.insert(value, at: $1) }
        case .replace: try change(&document, path[...]) { $0.replace(with: value, at: $1) }
        case .remove: try change(&document, path[...]) { $0.take(at: $1) != nil }
        case .test:
            guard document.at(path) ?? .null == value else { throw failure("testing value \(pointer) failed") }
        case .copy:
            guard let value = document.at(from) else { throw failure("the place to copy from does not exist") }
            try change(&document, path[...]) { $0.insert(value, at: $1) }
        case .move:
            guard let value = document.at(from) else { throw failure("the place to move from does not exist") }
            try change(&document, from[...]) { $0.take(at: $1) != nil }
            try change(&document, path[...]) { $0.insert(value, at: $1) }
        }
    }

    private var pointer: String { path.map { "/" + $0 }.joined() }

    private func failure(_ why: String) -> APIError {
        APIError(
            422, "Invalid", "the server rejected our request due to an error in our request: \(kind) \(pointer): \(why)"
        )
    }

    /// Goes to the parent of a place and changes it there.
    private func change(
        _ value: inout JSON, _ path: ArraySlice<String>, _ body: (inout JSON, String) -> Bool
    ) throws(APIError) {
        guard let first = path.first else {
            value = kind == .remove ? .null : self.value
            return
        }
        if path.count == 1 {
            guard body(&value, first) else { throw failure("the place does not exist") }
            return
        }
        guard var child = value.at([first]) else { throw failure("the place does not exist") }
        try change(&child, path.dropFirst(), body)
        _ = value.replace(with: child, at: first)
    }
}

extension JSON {
    /// The value at a JSON pointer's segments.
    fileprivate func at(_ path: [String]) -> JSON? {
        var value = self
        for segment in path {
            switch value {
            case .object(let fields):
                guard let child = fields[segment] else { return nil }
                value = child
            case .array(let items):
                guard let index = Int(segment), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    fileprivate mutating func insert(_ new: JSON, at segment: String) -> Bool {
        guard case .array(var items) = self else {
            guard case .object = self else { return false }
            self[segment] = new
            return true
        }
        guard let index = segment == "-" ? items.count : Int(segment), 0...items.count ~= index else { return false }
        items.insert(new, at: index)
        self = .array(items)
        return true
    }

    fileprivate mutating func replace(with new: JSON, at segment: String) -> Bool {
        guard at([segment]) != nil else { return false }
        guard case .array(var items) = self, let index = Int(segment) else {
            self[segment] = new
            return true
        }
        items[index] = new
        self = .array(items)
        return true
    }

    fileprivate mutating func take(at segment: String) -> JSON? {
        guard let old = at([segment]) else { return nil }
        guard case .array(var items) = self, let index = Int(segment) else {
            self[segment] = nil
            return old
        }
        items.remove(at: index)
        self = .array(items)
        return old
    }
}
