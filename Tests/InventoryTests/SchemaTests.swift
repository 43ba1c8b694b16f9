import Core
import Glibc
import Inventory
import Testing
import YAML

@Suite struct SchemaTests {
    @Test("Every key of the schema stands in the example, apart from alternatives")
    func coverage() throws {
        let example = try YAML.parseOne(ClusterSpec.exampleYAML)
        var missing: [String] = []
        Self.walk(ClusterSpec.jsonSchema, [example], "", &missing)
        #expect(missing == ["spec.nodes[].disk.selector"])
    }

    /// Collects the properties that no node of the example has.
    private static func walk(_ schema: JSON, _ nodes: [Node], _ path: String, _ missing: inout [String]) {
        for (key, property) in (schema["properties"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            let children = nodes.compactMap { $0[key] }
            if children.isEmpty {
                missing.append(path + key)
            } else {
                walk(property, children, path + key + ".", &missing)
            }
        }
        guard let items = schema["items"] else { return }
        walk(items, nodes.flatMap { $0.sequence ?? [] }, path.dropLast() + "[].", &missing)
    }

    @Test("The schema is JSON Schema 2020-12, takes what the parser takes and refuses wrong keys, kinds and forms")
    func validator() throws {
        let rights = [ClusterSpec.exampleYAML, minimal].map { ($0, true) }
        let wrongs = WrongSpec.all.filter(\.isForm).map { ($0.text, false) }
        var documents: [JSON] = []
        for (text, _) in rights + wrongs { documents.append(try YAML.parseOne(text).json()) }
        let answers = try validate(["schema": ClusterSpec.jsonSchema, "documents": .array(documents)])
        for (index, (text, isRight)) in (rights + wrongs).enumerated() {
            let change =
                index < rights.count ? text : WrongSpec.all.filter(\.isForm)[index - rights.count].testDescription
            #expect(answers[index]?.bool == isRight, "\(change)")
        }
    }

    @Test("The schema describes every key")
    func descriptions() {
        func check(_ schema: JSON) {
            for (key, property) in schema["properties"]?.object ?? [:] {
                #expect(property["description"]?.string?.isEmpty == false, "\(key)")
                check(property)
                if let items = property["items"] { check(items) }
            }
            if schema["properties"] != nil { #expect(schema["additionalProperties"] == false) }
        }
        check(ClusterSpec.jsonSchema)
    }

    /// What Python's jsonschema says about documents.
    private func validate(_ input: JSON) throws -> JSON {
        var name = Array("/tmp/schema-test.XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        try #require(descriptor >= 0)
        close(descriptor)
        let path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        try FileStore.replace(path, with: input.serialized())
        let program = """
            import json, sys, jsonschema
            given = json.load(open(sys.argv[1]))
            jsonschema.Draft202012Validator.check_schema(given["schema"])
            validator = jsonschema.Draft202012Validator(given["schema"])
            json.dump([validator.is_valid(document) for document in given["documents"]], sys.stdout)
            """
        let pipe = try #require(popen("python3 -c '\(program)' \(path)", "r"))
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { output += chunk[..<count] }
        try #require(pclose(pipe) == 0, "python3 with jsonschema (Debian package python3-jsonschema) failed")
        return try JSON(parsing: output)
    }
}
