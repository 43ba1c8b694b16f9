package import Core

/// Makes nodes from values of `Encodable` types. Keys stand in the order in which the type encodes them.
package struct YAMLEncoder: Sendable {
    package init() {}

    /// - Throws: ``Fault`` `failed` when the type refuses to be encoded.
    package func encode(_ value: some Encodable) throws(Fault) -> Node {
        do {
            return try NodeSlot.node(of: value, path: [])
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(.failed, "cannot write \(type(of: value)) as YAML", cause: error)
        }
    }
}

/// Where an encoder puts its node. Containers share it, so that what is encoded later still arrives.
final class NodeSlot {
    enum Content {
        case empty
        case node(Node)
        case sequence([NodeSlot])
        case mapping([(key: String, slot: NodeSlot)])
    }

    var content = Content.empty

    /// The finished node; a slot into which nothing was put is an empty mapping.
    var node: Node {
        switch content {
        case .empty: .mapping([])
        case .node(let node): node
        case .sequence(let slots): .sequence(slots.map(\.node))
        case .mapping(let entries): .mapping(entries.map { ($0.key, $0.slot.node) })
        }
    }

    static func node(of value: some Encodable, path: [any CodingKey]) throws -> Node {
        switch value {
        case let node as Node: return node
        case let text as String: return .string(text)
        case let flag as Bool: return .bool(flag)
        case let number as Double: return .double(number)
        default:
            let encoder = NodeEncoder(slot: NodeSlot(), codingPath: path)
            try value.encode(to: encoder)
            return encoder.slot.node
        }
    }

    func append() -> NodeSlot {
        let slot = NodeSlot()
        guard case .sequence(var slots) = content else {
            content = .sequence([slot])
            return slot
        }
        content = .empty
        slots.append(slot)
        content = .sequence(slots)
        return slot
    }

    func append(_ key: String) -> NodeSlot {
        let slot = NodeSlot()
        guard case .mapping(var entries) = content else {
            content = .mapping([(key, slot)])
            return slot
        }
        content = .empty
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].slot = slot
        } else {
            entries.append((key, slot))
        }
        content = .mapping(entries)
        return slot
    }
}

struct NodeEncoder: Encoder {
    let slot: NodeSlot
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .mapping = slot.content {} else { slot.content = .mapping([]) }
        return KeyedEncodingContainer(MappingEncoder<Key>(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .sequence = slot.content {} else { slot.content = .sequence([]) }
        return SequenceEncoder(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        ScalarEncoder(slot: slot, codingPath: codingPath)
    }
}

private struct MappingEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: NodeSlot
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { slot.append(key.stringValue).content = .node(.null) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        slot.append(key.stringValue).content = .node(try NodeSlot.node(of: value, path: codingPath + [key]))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder(SuperKey()) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }

    private func encoder(_ key: any CodingKey) -> NodeEncoder {
        NodeEncoder(slot: slot.append(key.stringValue), codingPath: codingPath + [key])
    }
}

private struct SequenceEncoder: UnkeyedEncodingContainer {
    let slot: NodeSlot
    let codingPath: [any CodingKey]

    var count: Int {
        if case .sequence(let slots) = slot.content { slots.count } else { 0 }
    }

    func encodeNil() { slot.append().content = .node(.null) }

    func encode<Value: Encodable>(_ value: Value) throws {
        slot.append().content = .node(try NodeSlot.node(of: value, path: codingPath + [IndexKey(count - 1)]))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder() }

    private func encoder() -> NodeEncoder {
        NodeEncoder(slot: slot.append(), codingPath: codingPath + [IndexKey(count - 1)])
    }
}

private struct ScalarEncoder: SingleValueEncodingContainer {
    let slot: NodeSlot
    let codingPath: [any CodingKey]

    func encodeNil() { slot.content = .node(.null) }
    func encode(_ value: Bool) { slot.content = .node(.bool(value)) }
    func encode(_ value: String) { slot.content = .node(.string(value)) }
    func encode(_ value: Double) { slot.content = .node(.double(value)) }
    func encode(_ value: Float) { slot.content = .node(.double(Double(value))) }
    func encode(_ value: Int) { integer(value) }
    func encode(_ value: Int8) { integer(value) }
    func encode(_ value: Int16) { integer(value) }
    func encode(_ value: Int32) { integer(value) }
    func encode(_ value: Int64) { integer(value) }
    func encode(_ value: UInt) { integer(value) }
    func encode(_ value: UInt8) { integer(value) }
    func encode(_ value: UInt16) { integer(value) }
    func encode(_ value: UInt32) { integer(value) }
    func encode(_ value: UInt64) { integer(value) }
    func encode<Value: Encodable>(_ value: Value) throws {
        slot.content = .node(try NodeSlot.node(of: value, path: codingPath))
    }

    private func integer(_ value: some FixedWidthInteger) { slot.content = .node(.plain(String(value))) }
}
