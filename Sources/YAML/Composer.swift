import Core

/// Builds nodes from events within limits.
struct Composer {
    private let reader: EventReader
    private let limits: YAML.Limits
    private var anchors: [String: Anchor] = [:]
    /// Anchors whose node is not complete yet, to refuse a node that contains itself.
    private var openAnchors: Set<String> = []
    private var nodes = 0
    private var aliasedNodes = 0

    /// An anchored node and how many nodes it holds.
    private struct Anchor {
        var node: Node
        var weight: Int
    }

    init(_ reader: EventReader, limits: YAML.Limits) {
        self.reader = reader
        self.limits = limits
    }

    mutating func documents() throws(Fault) -> [Node] {
        var documents: [Node] = []
        while true {
            let event = try reader.next()
            switch event.kind {
            case .streamEnd: return documents
            case .documentStart:
                anchors = [:]
                documents.append(try node(from: try reader.next(), depth: 0))
            default: continue
            }
        }
    }

    private mutating func node(from event: Event, depth: Int) throws(Fault) -> Node {
        switch event.kind {
        case .alias(let name): return try alias(name, at: event.mark)
        case .scalar(let scalar, let properties):
            try count(1, at: event.mark)
            let node = try tagged(scalar, properties.tag, at: event.mark)
            if let anchor = properties.anchor { anchors[anchor] = Anchor(node: node, weight: 1) }
            return node
        case .sequenceStart(let properties):
            return try collection(properties, core: "seq", at: event.mark, depth: depth) {
                (composer) throws(Fault) in try composer.sequence(depth: depth + 1)
            }
        case .mappingStart(let properties):
            return try collection(properties, core: "map", at: event.mark, depth: depth) {
                (composer) throws(Fault) in try composer.mapping(depth: depth + 1)
            }
        default: throw reader.fault("invalid YAML", at: event.mark, why: "a value is missing")
        }
    }

    private mutating func count(_ added: Int, at mark: Mark) throws(Fault) {
        nodes += added
        guard nodes <= limits.nodes else {
            throw reader.fault("the YAML text is too large", at: mark, why: "it has more than \(limits.nodes) values")
        }
    }

    private mutating func alias(_ name: String, at mark: Mark) throws(Fault) -> Node {
        guard !openAnchors.contains(name) else {
            throw reader.fault("the alias *\(name) stands inside its own anchor", at: mark, why: "the value has no end")
        }
        guard let anchor = anchors[name] else {
            throw reader.fault(
                "the alias *\(name) has no anchor", at: mark, why: "no &\(name) stands before it in this document",
                next: "put quotes around text that begins with '*'")
        }
        aliasedNodes += anchor.weight
        guard aliasedNodes <= limits.aliasedNodes else {
            throw reader.fault(
                "the aliases repeat too much", at: mark, why: "they stand for more than \(limits.aliasedNodes) values")
        }
        try count(anchor.weight, at: mark)
        var node = anchor.node
        node.mark = mark
        return node
    }

    private mutating func collection(
        _ properties: Event.Properties, core: String, at mark: Mark, depth: Int,
        _ content: (inout Composer) throws(Fault) -> Node.Content
    ) throws(Fault) -> Node {
        guard depth < limits.depth else {
            throw reader.fault(
                "the YAML text is nested too deep", at: mark, why: "at most \(limits.depth) levels are read")
        }
        let before = nodes
        try count(1, at: mark)
        let isNew = properties.anchor.map { openAnchors.insert($0).inserted } ?? false
        var node = Node(try content(&self), mark: mark)
        if let tag = properties.tag, tag != "!", tag != coreTag + core {
            guard !tag.hasPrefix(coreTag) else {
                throw reader.fault(
                    "the tag !!\(tag.dropFirst(coreTag.count)) does not fit", at: mark, why: "this is \(node.kind)")
            }
            node.tag = tag
        }
        if let anchor = properties.anchor {
            if isNew { openAnchors.remove(anchor) }
            anchors[anchor] = Anchor(node: node, weight: nodes - before)
        }
        return node
    }

    private mutating func sequence(depth: Int) throws(Fault) -> Node.Content {
        var elements: [Node] = []
        while true {
            let event = try reader.next()
            if case .sequenceEnd = event.kind { return .sequence(elements) }
            elements.append(try node(from: event, depth: depth))
        }
    }

    private mutating func mapping(depth: Int) throws(Fault) -> Node.Content {
        var pairs: [Node.Pair] = []
        var seen: [Node: Mark] = [:]
        while true {
            let event = try reader.next()
            if case .mappingEnd = event.kind { return .mapping(pairs) }
            let key = try node(from: event, depth: depth)
            // Keys are compared by their text: every reader of a mapping looks them up as text.
            if let first = seen.updateValue(key.mark, forKey: key.text.map(Node.string) ?? key) {
                throw reader.fault(
                    "the key \(key.text.map { "\"\($0)\"" } ?? "") stands twice in one mapping", at: key.mark,
                    why: "it stands at \(first) already", next: "remove one of the two")
            }
            pairs.append(Node.Pair(key: key, value: try node(from: try reader.next(), depth: depth)))
        }
    }

    /// Applies the core tags, so that the style alone tells a string from another value.
    private func tagged(_ scalar: Scalar, _ tag: String?, at mark: Mark) throws(Fault) -> Node {
        guard let tag else { return Node(.scalar(scalar), mark: mark) }
        guard tag.hasPrefix(coreTag) || tag == "!" else { return Node(.scalar(scalar), mark: mark, tag: tag) }
        let name = tag == "!" ? "str" : String(tag.dropFirst(coreTag.count))
        if name == "str" {
            return Node(.scalar(scalar.style == .plain ? Scalar(string: scalar.text) : scalar), mark: mark)
        }
        let resolved = CoreSchema.resolve(scalar.text)
        let fits =
            switch (name, resolved) {
            case ("int", .int), ("float", .float), ("float", .int), ("bool", .bool), ("null", .null): true
            default: false
            }
        guard fits else {
            throw reader.fault(
                "the tag !!\(name) does not fit", at: mark, why: "\"\(scalar.text)\" is \(resolved.kind)")
        }
        if name == "float", case .int(let value) = resolved {
            return Node(.scalar(Scalar(CoreSchema.text(of: Double(value)))), mark: mark)
        }
        return Node(.scalar(Scalar(scalar.text)), mark: mark)
    }
}

/// The prefix of the tags that YAML itself defines.
let coreTag = "tag:yaml.org,2002:"
