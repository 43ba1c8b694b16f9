import Core

/// One change that a watch reports.
package struct WatchEvent: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
        /// Carries a resource version only: all changes up to it have been reported.
        case bookmark = "BOOKMARK"
    }

    package var kind: Kind
    package var object: KubernetesObject

    package init(_ kind: Kind, _ object: KubernetesObject) {
        self.kind = kind
        self.object = object
    }

    /// Reads a frame.
    ///
    /// - Throws: ``KubernetesError`` for an `ERROR` event, ``Core/Fault`` `corrupted` for anything that is no event.
    package init(frame: [UInt8], call: String) throws {
        let json = try JSON(parsing: frame, limits: JSON.Limits(bytes: WatchFrameDecoder.frameLimit))
        guard let type = json["type"]?.string, let object = json["object"] else {
            throw Fault(.corrupted, "a frame of a Kubernetes watch has no type or no object", at: call)
        }
        if type == "ERROR" { throw KubernetesError(object, call: call) }
        guard let kind = Kind(rawValue: type) else {
            throw Fault(.corrupted, "a Kubernetes watch reports the unknown event \"\(type)\"", at: call)
        }
        self.init(kind, KubernetesObject(object))
    }
}
