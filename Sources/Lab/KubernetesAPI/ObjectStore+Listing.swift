import Core
import PKI

/// What a list or watch is to show.
struct ListSelection: Sendable {
    var address: ResourceAddress
    var labels: String = ""
    var fields: String = ""
    var limit: Int?
    var continueToken: String?
    /// A resource version of the past that the list is to show exactly.
    var exactVersion: Int?

    init(address: ResourceAddress) {
        self.address = address
    }
}

/// A selection with its selectors read.
struct ObjectFilter: Sendable {
    let namespace: String?
    let labels: LabelSelector
    let fields: FieldSelector

    init(_ selection: ListSelection, _ kind: ResourceKind) throws(APIError) {
        namespace = selection.address.namespace
        labels = try LabelSelector(selection.labels)
        fields = try FieldSelector(selection.fields, for: kind)
    }

    var isEmpty: Bool { labels.isEmpty && fields.isEmpty }

    func admits(_ object: StoredObject, _ kind: ResourceKind) -> Bool {
        (namespace == nil || namespace == object.key.namespace)
            && (labels.isEmpty || labels.matches(object.labels))
            && (fields.isEmpty || fields.matches(kind.show(object.body)))
    }
}

/// One page of a list.
struct ListResult: Sendable {
    var kind: ResourceKind
    var objects: [StoredObject]
    var resourceVersion: Int
    var continueToken: String?
    var remaining: Int?
}

extension ObjectStore {
    /// One page of the objects in the order of their keys, as they are or were at one resource version.
    ///
    /// - Throws: 410 when the version that a token or the request names is no longer known.
    func list(_ selection: ListSelection) throws(APIError) -> ListResult {
        let kind = try kind(selection.address)
        let filter = try ObjectFilter(selection, kind)
        let token = try selection.continueToken.map { (text) throws(APIError) in try ContinueToken(text) }
        let version = token?.resourceVersion ?? selection.exactVersion ?? resourceVersion
        let isPast = version < resourceVersion
        var keys = sortedKeys(kind.storageName)
        var objects = collections[kind.storageName]?.objects ?? [:]
        if isPast {
            guard let past = collections[kind.storageName]?.objects(at: version) else {
                throw expired(token, version)
            }
            if past.count != objects.count || past.keys != objects.keys { keys = past.keys.sorted() }
            objects = past
        } else if version > resourceVersion {
            throw .badRequest("resourceVersion \(version) is in the future, the latest is \(resourceVersion)")
        }
        if let name = filter.fields.name, !kind.isNamespaced || selection.address.namespace != nil {
            keys = [StoreKey(namespace: selection.address.namespace ?? "", name: name)]
        }
        var result = ListResult(kind: kind, objects: [], resourceVersion: version)
        var last: StoreKey?
        for (index, key) in keys.enumerated() {
            if let token, key <= token.after { continue }
            guard let object = objects[key], filter.admits(object, kind) else { continue }
            if let limit = selection.limit, limit > 0, result.objects.count == limit, let last {
                result.continueToken = ContinueToken(resourceVersion: version, after: last).text
                if filter.isEmpty, selection.address.namespace == nil { result.remaining = keys.count - index }
                break
            }
            result.objects.append(object)
            last = key
        }
        return result
    }

    private func expired(_ token: ContinueToken?, _ version: Int) -> APIError {
        guard let token else { return .expired("The resourceVersion for the provided list is too old.") }
        var error = APIError.expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
                + "the continue parameter, or use the continue token in this response to retrieve the remainder of the results."
        )
        error.continueToken = ContinueToken(resourceVersion: resourceVersion, after: token.after).text
        return error
    }
}

/// Where the next page of a list begins.
struct ContinueToken: Sendable {
    var resourceVersion: Int
    var after: StoreKey

    init(resourceVersion: Int, after: StoreKey) {
        self.resourceVersion = resourceVersion
        self.after = after
    }

    init(_ text: String) throws(APIError) {
        guard let bytes = Base64.decode(text, alphabet: .url), let json = try? JSON(parsing: bytes),
            let version = json["rv"]?.int, let name = json["name"]?.string
        else { throw .badRequest("continue key is not valid: \(text)") }
        resourceVersion = version
        after = StoreKey(namespace: json["namespace"]?.string ?? "", name: name)
    }

    var text: String {
        let json: JSON = [
            "rv": .int(Int64(resourceVersion)), "namespace": .string(after.namespace), "name": .string(after.name),
        ]
        return Base64.encode(json.serialized(), alphabet: .url)
    }
}
