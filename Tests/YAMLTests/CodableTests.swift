import Core
import Testing
import YAML

@Suite struct CodableTests {
    struct Machine: Codable, Equatable {
        enum Role: String, Codable { case worker, master }
        struct Disk: Codable, Equatable {
            var wwid: String?
            var size: UInt8
        }
        var name: String
        var role: Role
        var mac: MACAddress?
        var disks: [Disk]
        var labels: [String: String]
        var load: Double
        var on: Bool
        var extra: JSON?
    }

    private let text = """
        name: node-1
        role: worker
        mac: 52:54:00:00:00:01
        disks:
        - wwid: naa.5000
          size: 12
        - size: 3
        labels: {a/b: 'yes'}
        load: 3
        on: true
        extra: {x: [1, null, 2.5, text]}
        """

    @Test("A value of nested types is read and written back")
    func roundTrip() throws {
        let machine = try YAMLDecoder().decode(Machine.self, from: text)
        #expect(machine.disks == [Machine.Disk(wwid: "naa.5000", size: 12), Machine.Disk(size: 3)])
        #expect(machine.load == 3)
        #expect(machine.extra == ["x": [1, nil, .double(2.5), "text"]])
        let node = try YAMLEncoder().encode(machine)
        #expect(node.mapping?.map(\.key.text) == ["name", "role", "mac", "disks", "labels", "load", "on", "extra"])
        #expect(try YAMLDecoder().decode(Machine.self, from: YAML.emit(node)) == machine)
        #expect(YAML.emit(node).hasPrefix("name: node-1\nrole: worker\nmac: \"52:54:00:00:00:01\"\n"))
    }

    @Test(
        "A wrong value is named by its path and place",
        arguments: [
            ("size: 12", "size: 300", "m.yaml:6:9: disks[0].size is not as expected: 300 is outside 0…255"),
            (
                "name: node-1", "name: 1",
                "m.yaml:1:7: name is not as expected: text is wanted, this is a number; write \"1\" in quotes"
            ),
            ("name: node-1\n", "", "m.yaml:1:1: name is missing"),
            ("  size: 12\n", "", "m.yaml:5:3: disks[0].size is missing"),
            ("'yes'", "1", "m.yaml:8:15: labels[\"a/b\"] is not as expected: text is wanted"),
            ("on: true", "on: yes", "m.yaml:10:5: on is not as expected: true or false is wanted, this is text"),
            ("role: worker", "role: boss", "m.yaml:2:7: role is not as expected: Cannot initialize Role"),
            ("52:54:00:00:00:01", "52:54", "m.yaml:3:6: mac is not as expected: \"52:54\" is no MAC address"),
            ("load: 3", "load: [3]", "m.yaml:9:7: load is not as expected: a number is wanted, this is a list"),
        ])
    func faults(old: String, new: String, description: String) throws {
        let wrong = text.replacing(old, with: new, maxReplacements: 1)
        let fault = #expect(throws: Fault.self) { try YAMLDecoder(file: "m.yaml").decode(Machine.self, from: wrong) }
        #expect(fault?.description.hasPrefix(description) == true, "\(fault?.description ?? "")")
    }

    @Test("Numbers and texts at the ends of their ranges")
    func ranges() throws {
        #expect(try YAMLDecoder().decode(UInt64.self, from: "18446744073709551615") == .max)
        #expect(try YAMLEncoder().encode(UInt64.max).text == "18446744073709551615")
        #expect(throws: Fault.self) { try YAMLDecoder().decode(Int64.self, from: "9223372036854775808") }
        #expect(try YAMLDecoder().decode([Int?].self, from: "[1, ~, 3]") == [1, nil, 3])
        #expect(YAML.emit(try YAMLEncoder().encode(["1": [true]])) == "\"1\":\n- true\n")
    }

    @Test("A node takes and gives itself")
    func node() throws {
        struct Holder: Codable { var patch: Node }
        let holder = try YAMLDecoder().decode(Holder.self, from: "patch:\n  z: 1\n  a: 0o644\n")
        #expect(holder.patch.mapping?.map(\.key.text) == ["z", "a"])
        #expect(YAML.emit(try YAMLEncoder().encode(holder)) == "patch:\n  z: 1\n  a: 0o644\n")
    }

    @Test(
        "JSON refuses what it cannot hold",
        arguments: ["k: .inf", "k: 9223372036854775808", "k: !x 1", "? [a]\n: 1"])
    func json(text: String) throws {
        let node = try YAML.parseOne(text)
        let fault = #expect(throws: Fault.self) { try node.json(file: "f") }
        #expect(fault?.location?.hasPrefix("f:1:") == true)
    }
}
