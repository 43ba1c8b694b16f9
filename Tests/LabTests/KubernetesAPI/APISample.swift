import Core
import Lab

/// Objects that tests send.
enum APISample {
    static func configMap(_ name: String, _ data: JSON = ["a": "1"], namespace: String = "default") -> JSON {
        [
            "apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
        ]
    }

    static func namespace(_ name: String) -> JSON {
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
    }

    static func package(_ name: String, spec: JSON = ["variant": "default"]) -> JSON {
        [
            "apiVersion": "cozystack.io/v1alpha1", "kind": "Package", "metadata": ["name": .string(name)], "spec": spec,
        ]
    }

    static func condition(_ type: String, _ status: String, _ message: String) -> JSON {
        [
            "type": .string(type), "status": .string(status), "message": .string(message), "reason": "Test",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        ]
    }

    /// A CRD `widgets.example.com` with one of each rule.
    static func widgets(scope: String = "Namespaced", kind: String = "Widget") -> JSON {
        let spec: JSON = [
            "type": "object", "required": ["size"],
            "properties": [
                "size": ["type": "integer", "minimum": 1, "maximum": 10],
                "color": ["type": "string", "enum": ["red", "blue"], "default": "red"],
                "code": ["type": "string", "pattern": "^[a-z]{2}[0-9]+$", "maxLength": 8],
                "port": ["x-kubernetes-int-or-string": true],
                "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                "notes": ["type": "object", "additionalProperties": ["type": "string"]],
                "parts": [
                    "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                    "items": [
                        "type": "object", "required": ["name"],
                        "properties": ["name": ["type": "string"], "count": ["type": "integer", "default": 1]],
                    ],
                ],
                "tags": ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string"]],
                "steps": ["type": "array", "items": ["type": "string"]],
            ],
        ]
        let schema: JSON = [
            "type": "object",
            "properties": ["spec": spec, "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
        ]
        return [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "widgets.example.com"],
            "spec": [
                "group": "example.com", "scope": .string(scope),
                "names": ["plural": "widgets", "kind": .string(kind), "shortNames": ["wd"]],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                        "schema": ["openAPIV3Schema": schema],
                    ]
                ],
            ],
        ]
    }

    static func widget(_ name: String, _ spec: JSON = ["size": 1]) -> JSON {
        ["apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": .string(name)], "spec": spec]
    }

    static let crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    static let widgetPath = "/apis/example.com/v1/namespaces/default/widgets"
    static let configMapPath = "/api/v1/namespaces/default/configmaps"
}

extension RunningAPI {
    /// Serves widgets.
    func defineWidgets() async throws {
        _ = try await call("POST", APISample.crds, APISample.widgets())
    }
}

extension AccessLog {
    /// Waits until the log fulfils a condition.
    func eventually(_ condition: ([Entry]) -> Bool) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(20))
        while !condition(recent) {
            guard clock.now < deadline else { throw Fault(.timeout, "the access log never came to show it") }
            try await clock.sleep(for: .milliseconds(5))
        }
    }
}
