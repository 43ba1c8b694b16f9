import Core
import Testing
import YAML

@Suite struct EmitterTests {
    @Test(
        "What talosctl wrote is written again byte for byte",
        arguments: ["base-controlplane.yaml", "base-worker.yaml"])
    func talosLayout(name: String) throws {
        let text = try shared("data/talos-v1.13/\(name)")
        #expect(YAML.emit(try YAML.parse(text, file: name), layout: .talos) == text)
    }

    @Test("Lists stand in the column of their key, or deeper when the layout says so")
    func layouts() {
        let node: Node = ["a": ["x", ["k": 1, "l": ["m": true]], ["v", ["z"]]], "b": [:], "c": []]
        #expect(
            YAML.emit(node) == """
                a:
                - x
                - k: 1
                  l:
                    m: true
                - - v
                  - - z
                b: {}
                c: []

                """)
        #expect(
            YAML.emit(node, layout: .talos) == """
                a:
                    - x
                    - k: 1
                      l:
                        m: true
                    - - v
                      - - z
                b: {}
                c: []

                """)
    }
}
