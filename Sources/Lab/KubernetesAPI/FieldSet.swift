import Core

/// One step on the way to a field: how server-side apply names it.
enum PathElement: Hashable, Sendable {
    /// A field of an object.
    case field(String)
    /// The item of a list of maps with these values in its key fields.
    case key(JSON)
    /// The item of a set that has this value.
    case value(JSON)
    /// The item at this place.
    case index(Int)
}

/// A set of fields of an object: what one manager owns.
///
/// The model is structured-merge-diff's: a path is in the set as a *member*; that its children are in the set says
/// nothing about itself. Its JSON form is `FieldsV1` (`FieldSet+JSON.swift`).
struct FieldSet: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var isMember = false
        var children = FieldSet()
    }

    private(set) var entries: [PathElement: Entry] = [:]

    var isEmpty: Bool { entries.isEmpty }

    subscript(element: PathElement) -> Entry {
        get { entries[element] ?? Entry() }
        set { entries[element] = newValue.isMember || !newValue.children.isEmpty ? newValue : nil }
    }

    mutating func insert(_ path: some Collection<PathElement>) {
        guard let first = path.first else { return }
        let rest = path.dropFirst()
        if rest.isEmpty {
            entries[first, default: Entry()].isMember = true
        } else {
            entries[first, default: Entry()].children.insert(rest)
        }
    }

    func contains(_ path: some Collection<PathElement>) -> Bool {
        guard let first = path.first, let entry = entries[first] else { return false }
        let rest = path.dropFirst()
        return rest.isEmpty ? entry.isMember : entry.children.contains(rest)
    }

    func union(_ other: FieldSet) -> FieldSet {
        if isEmpty { return other }
        var result = self
        for (element, theirs) in other.entries {
            var mine = result.entries[element] ?? Entry()
            mine.isMember = mine.isMember || theirs.isMember
            mine.children = mine.children.union(theirs.children)
            result.entries[element] = mine
        }
        return result
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        for (element, mine) in entries {
            guard let theirs = other.entries[element] else { continue }
            result[element] = Entry(
                isMember: mine.isMember && theirs.isMember, children: mine.children.intersection(theirs.children))
        }
        return result
    }

    /// The members that are not members of the other set.
    func subtracting(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        var result = FieldSet()
        for (element, mine) in entries {
            guard let theirs = other.entries[element] else {
                result.entries[element] = mine
                continue
            }
            result[element] = Entry(
                isMember: mine.isMember && !theirs.isMember, children: mine.children.subtracting(theirs.children))
        }
        return result
    }

    /// The members that are neither members of the other set nor below one of its members.
    func subtractingRecursively(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        var result = FieldSet()
        for (element, mine) in entries {
            guard let theirs = other.entries[element] else {
                result.entries[element] = mine
                continue
            }
            guard !theirs.isMember else { continue }
            result[element] = Entry(
                isMember: mine.isMember, children: mine.children.subtractingRecursively(theirs.children))
        }
        return result
    }

    /// All member paths, in the order of their texts.
    var paths: [[PathElement]] {
        entries.sorted { $0.key.sortKey < $1.key.sortKey }.flatMap { element, entry in
            (entry.isMember ? [[element]] : []) + entry.children.paths.map { [element] + $0 }
        }
    }
}

extension PathElement {
    fileprivate var sortKey: String { fieldsKey }

    /// As it stands in a message: `.spec`, `[name="x"]`, `["x"]`, `[0]`.
    var text: String {
        switch self {
        case .field(let name): return ".\(name)"
        case .index(let index): return "[\(index)]"
        case .value(let value): return "[=\(value)]"
        case .key(let fields):
            let pairs = (fields.object ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return "[\(pairs.joined(separator: ","))]"
        }
    }
}

extension Collection<PathElement> {
    /// The whole path as it stands in a message.
    var pathText: String { map(\.text).joined() }
}
