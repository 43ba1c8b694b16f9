import Core

/// A refusal of the API server: what becomes a `metav1.Status` with an HTTP code.
struct APIError: Error, Sendable {
    /// One thing that is wrong (`metav1.StatusCause`).
    struct Cause: Sendable, Hashable {
        var reason: String
        var message: String
        var field: String?

        init(_ reason: String, _ message: String, field: String? = nil) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    var code: Int
    /// The machine-readable word; empty for errors that have none.
    var reason: String
    var message: String
    var name: String?
    var group: String?
    var kind: String?
    var causes: [Cause] = []
    var retryAfterSeconds: Int?
    /// A token with which an expired list can be gone on with.
    var continueToken: String?

    init(_ code: Int, _ reason: String, _ message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }

    /// The `Status` object.
    var status: JSON {
        var details: [String: JSON] = [:]
        if let name { details["name"] = .string(name) }
        if let group, !group.isEmpty { details["group"] = .string(group) }
        if let kind { details["kind"] = .string(kind) }
        if let retryAfterSeconds { details["retryAfterSeconds"] = .int(Int64(retryAfterSeconds)) }
        if !causes.isEmpty { details["causes"] = .array(causes.map(\.json)) }
        var metadata: [String: JSON] = [:]
        if let continueToken { metadata["continue"] = .string(continueToken) }
        return .fields([
            "kind": "Status", "apiVersion": "v1", "metadata": .object(metadata), "status": "Failure",
            "message": .string(message), "reason": reason.isEmpty ? .none : .string(reason),
            "details": details.isEmpty ? .none : .object(details), "code": .int(Int64(code)),
        ])
    }
}

extension APIError.Cause {
    fileprivate var json: JSON {
        .fields(["reason": .string(reason), "message": .string(message), "field": field.map(JSON.string)])
    }
}

extension APIError {
    static func badRequest(_ message: String) -> APIError { APIError(400, "BadRequest", message) }

    /// The path leads nowhere.
    static var unknownPath: APIError {
        var error = APIError(404, "NotFound", "the server could not find the requested resource")
        error.causes = [Cause("UnexpectedServerResponse", "404 page not found")]
        return error
    }

    static func notFound(_ kind: ResourceKind, _ name: String) -> APIError {
        named(kind, name, 404, "NotFound", "\(kind.qualifiedPlural) \"\(name)\" not found")
    }

    static func alreadyExists(_ kind: ResourceKind, _ name: String) -> APIError {
        named(kind, name, 409, "AlreadyExists", "\(kind.qualifiedPlural) \"\(name)\" already exists")
    }

    static func conflict(_ kind: ResourceKind, _ name: String, _ why: String) -> APIError {
        named(
            kind, name, 409, "Conflict",
            "Operation cannot be fulfilled on \(kind.qualifiedPlural) \"\(name)\": \(why)")
    }

    static func modified(_ kind: ResourceKind, _ name: String) -> APIError {
        conflict(
            kind, name,
            "the object has been modified; please apply your changes to the latest version and try again")
    }

    static func forbidden(_ kind: ResourceKind, _ name: String, _ why: String) -> APIError {
        named(kind, name, 403, "Forbidden", "\(kind.qualifiedPlural) \"\(name)\" is forbidden: \(why)")
    }

    /// The object breaks the rules of its kind; every rule it breaks is a cause.
    static func invalid(_ kind: ResourceKind, _ name: String, _ causes: [Cause]) -> APIError {
        let texts = causes.map { cause in cause.field.map { "\($0): \(cause.message)" } ?? cause.message }
        let list = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
        let qualified = kind.group.isEmpty ? kind.kind : "\(kind.kind).\(kind.group)"
        var error = APIError(422, "Invalid", "\(qualified) \"\(name)\" is invalid: \(list)")
        error.name = name
        error.group = kind.group
        error.kind = kind.kind
        error.causes = causes
        return error
    }

    static func methodNotAllowed(_ method: String) -> APIError {
        APIError(
            405, "MethodNotAllowed", "the server does not allow this method on the requested resource: \(method)")
    }

    static func unsupportedMediaType(_ type: String, accepted: [String]) -> APIError {
        APIError(
            415, "UnsupportedMediaType",
            "the body of the request was in an unknown format (\(type)) - accepted media types include: "
                + accepted.joined(separator: ", "))
    }

    static func notAcceptable(_ offered: String) -> APIError {
        APIError(
            406, "NotAcceptable", "only the following media types are accepted: \(offered)")
    }

    static func tooLarge(limit: Int) -> APIError {
        APIError(413, "RequestEntityTooLarge", "limit is \(limit)")
    }

    /// The history before a resource version is gone (etcd compaction).
    static func expired(_ message: String) -> APIError { APIError(410, "Expired", message) }

    private static func named(
        _ kind: ResourceKind, _ name: String, _ code: Int, _ reason: String, _ message: String
    ) -> APIError {
        var error = APIError(code, reason, message)
        error.name = name
        error.group = kind.group
        error.kind = kind.plural
        return error
    }
}
