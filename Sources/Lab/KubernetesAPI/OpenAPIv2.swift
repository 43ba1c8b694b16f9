import Core

/// The OpenAPI v2 document in protobuf (gnostic's `openapi.v2.Document`), as far as older `kubectl` reads it: which query
/// fields the PATCH of a kind takes.
enum OpenAPIv2 {
    /// Clients ask for it under two names; the one with an `@` is no media type that Go's parser takes in an answer.
    static let mediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    static let otherMediaType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"

    static func document(_ kinds: [ResourceKind]) -> [UInt8] {
        var document = ProtobufWriter()
        document.write("2.0", field: 1)
        document.write(field: 2) { info in
            info.write("Kubernetes", field: 1)
            info.write("unversioned", field: 2)
        }
        document.write(field: 8) { paths in
            for kind in kinds {
                paths.write(field: 2) { path in
                    path.write(
                        "\(kind.group.isEmpty ? "/api/" : "/apis/")\(kind.apiVersion)/\(kind.plural)/{name}", field: 1)
                    path.write(field: 2) { item in item.write(field: 8) { patch(&$0, kind) } }
                }
            }
        }
        document.write([], field: 9)
        return document.bytes
    }

    private static func patch(_ operation: inout ProtobufWriter, _ kind: ResourceKind) {
        for name in ["dryRun", "fieldManager", "fieldValidation", "force"] {
            operation.write(field: 8) { item in
                item.write(field: 1) { parameter in
                    parameter.write(field: 2) { nonBody in
                        nonBody.write(field: 3) { query in
                            query.write("query", field: 2)
                            query.write(name, field: 4)
                            query.write("string", field: 6)
                        }
                    }
                }
            }
        }
        operation.write(field: 13) { named in
            named.write("x-kubernetes-group-version-kind", field: 1)
            named.write(field: 2) {
                $0.write("group: \(kind.group.quoted)\nkind: \(kind.kind)\nversion: \(kind.version)\n", field: 2)
            }
        }
    }
}
