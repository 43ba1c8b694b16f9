/// An error that may reach a person: what happened, where, why, and what to do next.
///
/// Every room reports to the rooms above it with this type; enums stay inside codecs.
package struct Fault: Error, Sendable, Hashable {
    /// The kind of a fault, which decides the exit code and whether a retry makes sense.
    package enum Code: String, Sendable, Hashable, Codable {
        /// The command line or a file given to it is wrong. Nothing has been done.
        case usage
        /// Right input, but the state of the world or of the machine forbids the action. Nothing has been changed.
        case refused
        /// The action was tried and did not succeed.
        case failed
        /// The peer could not be reached or broke off; nothing is known about the effect.
        case unreachable
        /// A deadline passed.
        case timeout
        /// The thing asked for does not exist.
        case notFound
        /// The peer holds another state than the one the write was based on.
        case conflict
        /// The peer does not know the caller or does not allow the call.
        case denied
        /// Bytes do not follow their format, or stored state does not verify.
        case corrupted
        /// The caller gave up.
        case cancelled
    }

    package var code: Code
    /// What happened, as one sentence without a full stop.
    package var what: String
    /// Where: `file:line:column`, a node, a URL.
    package var location: String?
    /// Why it happened.
    package var why: String?
    /// What the operator can do about it.
    package var next: String?

    package init(_ code: Code, _ what: String, at location: String? = nil, why: String? = nil, next: String? = nil) {
        self.code = code
        self.what = what
        self.location = location
        self.why = why
        self.next = next
    }

    /// A fault with the description of an underlying error as its reason.
    package init(
        _ code: Code, _ what: String, at location: String? = nil, cause: any Error, next: String? = nil
    ) {
        self.init(code, what, at: location, why: String(describing: cause), next: next)
    }

    /// The process exit code for this fault: 2 usage, 3 refused, 4 failed (all others).
    package var exitCode: Int32 {
        switch code {
        case .usage: 2
        case .refused: 3
        default: 4
        }
    }
}

extension Fault: CustomStringConvertible {
    /// `location: what: why; next` on one line, leaving out what is not known.
    package var description: String {
        var text = location.map { "\($0): " } ?? ""
        text += what
        if let why { text += ": \(why)" }
        if let next { text += "; \(next)" }
        return text
    }
}

/// Several faults found in one pass, reported together.
package struct Faults: Error, Sendable, CustomStringConvertible {
    package var all: [Fault]

    package init(_ all: [Fault]) {
        self.all = all
    }

    package var description: String {
        all.map(\.description).joined(separator: "\n")
    }
}
