package import Core

/// `metav1.OwnerReference`: the object that this one is garbage collected with.
package struct OwnerReference: Sendable, Hashable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package var uid: String
    /// Whether the owner is the one managing controller.
    package var controller: Bool
    /// nil leaves the field out.
    package var blockOwnerDeletion: Bool?

    package init(
        apiVersion: String, kind: String, name: String, uid: String, controller: Bool = false,
        blockOwnerDeletion: Bool? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }

    /// A controlling reference to an object read from the API.
    package init(controlledBy owner: KubernetesObject) {
        self.init(
            apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid ?? "", controller: true)
    }

    package init?(_ json: JSON) {
        guard let kind = json["kind"]?.string, let name = json["name"]?.string, let uid = json["uid"]?.string else {
            return nil
        }
        self.init(
            apiVersion: json["apiVersion"]?.string ?? "", kind: kind, name: name, uid: uid,
            controller: json["controller"]?.bool ?? false, blockOwnerDeletion: json["blockOwnerDeletion"]?.bool)
    }

    package var json: JSON {
        .fields([
            "apiVersion": .string(apiVersion),
            "kind": .string(kind),
            "name": .string(name),
            "uid": .string(uid),
            "controller": controller ? true : nil,
            "blockOwnerDeletion": blockOwnerDeletion.map(JSON.bool),
        ])
    }
}
