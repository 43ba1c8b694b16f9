package import Core

/// An answer of the Kubernetes API that is not a success (`metav1.Status`).
package struct KubernetesError: Error, Sendable, Hashable {
    /// One entry of `details.causes`: a field that is wrong, or a manager that owns a field.
    package struct Cause: Sendable, Hashable {
        /// `FieldManagerConflict`, `FieldValueRequired`, ...
        package var reason: String
        package var message: String
        /// The path of the field.
        package var field: String

        package init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// The HTTP status, or the code within an `ERROR` event of a watch.
    package var status: Int
    /// `NotFound`, `Conflict`, `AlreadyExists`, `Expired`, ...; empty where the server does not say.
    package var reason: String
    package var message: String
    package var causes: [Cause]
    /// How long the server asks to stay away.
    package var retryAfter: Duration?
    /// What was asked: `PATCH /api/v1/nodes/cp1`.
    package var call: String

    package init(
        status: Int, reason: String = "", message: String = "", causes: [Cause] = [], retryAfter: Duration? = nil,
        call: String = ""
    ) {
        self.status = status
        self.reason = reason
        self.message = message
        self.causes = causes
        self.retryAfter = retryAfter
        self.call = call
    }

    package var isNotFound: Bool { status == 404 }
    package var isAlreadyExists: Bool { status == 409 && reason == "AlreadyExists" }
    /// A lost race or a field that another manager owns.
    package var isConflict: Bool { status == 409 && reason != "AlreadyExists" }
    /// The resource version is too old to go on from: list again.
    package var isGone: Bool { status == 410 || reason == "Expired" || reason == "Gone" }

    /// The managers and fields that stood in the way of a server-side apply.
    package var fieldConflicts: [Cause] { causes.filter { $0.reason == "FieldManagerConflict" } }
}

extension KubernetesError {
    /// Reads the Status in a body; a body of another form becomes the message (cut to 512 characters).
    init(status: Int, body: [UInt8], retryAfter: Duration?, call: String) {
        guard let json = try? JSON(parsing: body), json["kind"]?.string == "Status" else {
            let text = String(String(decoding: body.prefix(2048), as: UTF8.self).prefix(512))
            self.init(status: status, message: text, retryAfter: retryAfter, call: call)
            return
        }
        self.init(json, status: status, retryAfter: retryAfter, call: call)
    }

    /// Reads a `metav1.Status`.
    init(_ json: JSON, status: Int? = nil, retryAfter: Duration? = nil, call: String) {
        let details = json["details"]
        self.init(
            status: status ?? json["code"]?.int ?? 500,
            reason: json["reason"]?.string ?? "",
            message: json["message"]?.string ?? "",
            causes: (details?["causes"]?.array ?? []).map { cause in
                Cause(
                    reason: cause["reason"]?.string ?? "", message: cause["message"]?.string ?? "",
                    field: cause["field"]?.string ?? "")
            },
            retryAfter: details?["retryAfterSeconds"]?.int.map { .seconds($0) } ?? retryAfter,
            call: call)
    }
}

extension KubernetesError: CustomStringConvertible {
    package var description: String { fault.description }

    /// The same for people.
    package var fault: Fault {
        var why = message.isEmpty ? reason : message
        if why.isEmpty { why = "no reason given" }
        return Fault(code, "the Kubernetes API answered \(status)", at: call.isEmpty ? nil : call, why: why, next: next)
    }

    private var code: Fault.Code {
        switch status {
        case 401, 403: .denied
        case 404: .notFound
        case 409, 410: .conflict
        case 408, 504: .timeout
        case 429, 502, 503: .unreachable
        default: .failed
        }
    }

    private var next: String? {
        let managers = Set(
            fieldConflicts.compactMap { cause in cause.message.split(separator: "\"").dropFirst().first })
        guard !managers.isEmpty else { return nil }
        let fields = fieldConflicts.map(\.field).joined(separator: ", ")
        return "\(managers.sorted().joined(separator: ", ")) owns \(fields); take it over or leave it out"
    }
}
