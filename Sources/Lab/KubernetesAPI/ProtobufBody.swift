import Core
import PKI

/// Objects that clients send as `application/vnd.kubernetes.protobuf`, as newer `kubectl create …` does: the envelope
/// (`runtime.Unknown`), and the messages of the kinds that `kubectl create` has a subcommand for (`ProtobufTypes.swift`).
enum ProtobufBody {
    static let mediaType = "application/vnd.kubernetes.protobuf"

    /// - Throws: 400 for bytes that are no such object, 415 for a kind without a message here.
    static func json(_ body: [UInt8]) throws(APIError) -> JSON {
        guard body.starts(with: Array("k8s\0".utf8)) else { throw malformed }
        let envelope = try decode(body[4...], .envelope, depth: 0)
        let apiVersion = envelope["typeMeta"]?["apiVersion"]?.string ?? ""
        let kind = envelope["typeMeta"]?["kind"]?.string ?? ""
        guard let message = ProtobufMessage.kinds["\(apiVersion) \(kind)"] ?? ProtobufMessage.options[kind] else {
            throw .unsupportedMediaType("\(mediaType) of \(kind)", accepted: ["application/json", "application/yaml"])
        }
        guard let raw = envelope["raw"]?.string.flatMap({ Base64.decode($0) }) else { throw malformed }
        var object = try decode(raw[...], message, depth: 0)
        object["apiVersion"] = .string(apiVersion)
        object["kind"] = .string(kind)
        return object
    }

    private static var malformed: APIError { .badRequest("the body is no Kubernetes object in protobuf") }

    private static func decode(
        _ bytes: ArraySlice<UInt8>, _ message: ProtobufMessage, depth: Int
    ) throws(APIError) -> JSON {
        guard depth < 32 else { throw malformed }
        var fields: [String: JSON] = [:]
        var reader = ProtobufReader(bytes)
        while !reader.isAtEnd {
            guard let (number, value) = reader.next() else { throw malformed }
            guard let (name, shape) = message.fields[number] else { continue }
            try set(name, shape, value, in: &fields, depth: depth)
        }
        return .object(fields)
    }

    private static func set(
        _ name: String, _ shape: ProtobufMessage.Shape, _ value: ProtobufReader.Value, in fields: inout [String: JSON],
        depth: Int
    ) throws(APIError) {
        switch shape {
        case .list(let element):
            let item = try single(element, value, depth: depth)
            fields[name] = .array((fields[name]?.array ?? []) + [item])
        case .map(let element):
            guard case .bytes(let bytes) = value else { throw malformed }
            var reader = ProtobufReader(bytes)
            var (key, entry) = ("", try single(element, .bytes([]), depth: depth))
            while !reader.isAtEnd {
                guard let (number, value) = reader.next() else { throw malformed }
                if number == 1 { key = try single(.text, value, depth: depth).string ?? "" }
                if number == 2 { entry = try single(element, value, depth: depth) }
            }
            var map = fields[name]?.object ?? [:]
            map[key] = entry
            fields[name] = .object(map)
        default:
            let item = try single(shape, value, depth: depth)
            // Optional texts and numbers travel as empty and zero.
            if item == "" || item == 0 || item == .null { return }
            fields[name] = item
        }
    }

    private static func single(
        _ shape: ProtobufMessage.Shape, _ value: ProtobufReader.Value, depth: Int
    ) throws(APIError) -> JSON {
        switch (shape, value) {
        case (.text, .bytes(let bytes)):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw malformed }
            return .string(text)
        case (.data, .bytes(let bytes)): return .string(Base64.encode(bytes))
        case (.number, .number(let number)): return .int(Int64(bitPattern: number))
        case (.flag, .number(let number)): return .bool(number != 0)
        case (.time, .bytes(let bytes)):
            let seconds = try decode(bytes, .time, depth: depth + 1)["seconds"]?.int ?? 0
            return seconds <= 0 ? .null : .string(Timestamp(seconds: Int64(seconds)).wholeSeconds)
        case (.quantity, .bytes(let bytes)): return try decode(bytes, .quantity, depth: depth + 1)["string"] ?? "0"
        case (.message(let message), .bytes(let bytes)): return try decode(bytes, message(), depth: depth + 1)
        default: throw malformed
        }
    }
}
