import Core
import Packages
import Testing

@Suite struct DependencyTests {
    /// `needs` are variant dependencies; components are `name` or `name<dependency`.
    private func source(
        _ name: String, needs: [String] = [], _ components: [String], variant: String = "default"
    )
        -> PackageSource
    {
        let parts: [JSON] = components.map { text in
            let sides = text.split(separator: "<").map(String.init)
            return [
                "name": .string(sides[0]), "path": .string("system/\(sides[0])"),
                "install": ["namespace": .string("cozy-\(name)"), "dependsOn": .strings(sides.dropFirst())],
            ]
        }
        return PackageSource([
            "metadata": ["name": .string(name)],
            "spec": [
                "variants": [
                    ["name": .string(variant), "dependsOn": .strings(needs), "components": .array(parts)]
                ]
            ],
        ])
    }

    private func dependencies(_ world: PackageWorld, _ package: String, _ component: String) throws -> [String] {
        let active = try #require(world.active(package))
        let part = try #require(active.installed.first { $0.name == component })
        return try world.releaseDependencies(of: part, in: active).map(\.description)
    }

    @Test("Own components come first, then all installed components of each dependency, in order")
    func order() throws {
        let world = PackageWorld(
            sources: [
                source("a", ["one", "two"]), source("b", ["three"]), source("c", needs: ["b", "a"], ["x", "y<x"]),
            ],
            packages: [Package(name: "a"), Package(name: "b"), Package(name: "c")])
        #expect(try dependencies(world, "c", "y") == ["cozy-c/x", "cozy-b/three", "cozy-a/one", "cozy-a/two"])
    }

    @Test("An ignored dependency is neither waited for nor needs to exist")
    func ignored() throws {
        let world = PackageWorld(
            sources: [source("c", needs: ["gone"], ["x"])],
            packages: [Package(name: "c", ignoreDependencies: ["gone"])])
        #expect(try dependencies(world, "c", "x") == [])
        #expect(world.dependents(of: "gone") == [])
    }

    @Test("Missing Packages, sources, variants and components are told by name")
    func missing() {
        let one = source("c", needs: ["b"], ["x", "y<z"])
        func failure(_ packages: [Package], _ sources: [PackageSource], _ component: String = "x") -> String {
            let world = PackageWorld(sources: [one] + sources, packages: [Package(name: "c")] + packages)
            do {
                _ = try dependencies(world, "c", component)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(failure([], []) == "Package b not found")
        #expect(failure([Package(name: "b")], []) == "PackageSource b not found")
        #expect(
            failure([Package(name: "b", variant: "v")], [source("b", ["m"])])
                == "variant v not found in PackageSource b")
        #expect(failure([], [], "y") == "component z not found in variant default")
    }

    @Test("Components that are switched off are nobody's dependency")
    func disabled() throws {
        let off = ["x": Package.Override(enabled: false)]
        let world = PackageWorld(
            sources: [source("b", ["x", "m"]), source("c", needs: ["b"], ["x", "y<x"])],
            packages: [Package(name: "b", components: off), Package(name: "c", components: off)])
        #expect(try dependencies(world, "c", "y") == ["cozy-b/m"])
        #expect(world.active("c")?.installed.map(\.name) == ["y"])
    }

    @Test("A dependency that stands twice is written once")
    func duplicates() throws {
        let world = PackageWorld(
            sources: [source("b", ["m"]), source("c", needs: ["b", "b"], ["x"])],
            packages: [Package(name: "b"), Package(name: "c")])
        #expect(try dependencies(world, "c", "x") == ["cozy-b/m"])
    }

    @Test("Dependents are those whose active variant needs a Package")
    func dependents() {
        let world = PackageWorld(
            sources: [source("b", []), source("c", needs: ["b"], []), source("d", needs: ["b"], [], variant: "v")],
            packages: [Package(name: "b"), Package(name: "c"), Package(name: "d")])
        #expect(world.dependents(of: "b") == ["c"], "d has no default variant")
    }

    @Test("Levels leave out missing things and everything in or behind a cycle")
    func levels() {
        let graph = DependencyGraph([
            "a": [], "b": ["a", "gone"], "c": ["b", "a"], "x": ["y"], "y": ["x"], "behind": ["x", "a"],
            "self": ["self"],
        ])
        #expect(graph.levels == ["a": 0, "b": 1, "c": 2])
        #expect(graph.byLevel == [["a"], ["b"], ["c"]])
        #expect(graph.cycles == [["self"], ["x", "y"]])
        #expect(graph.missing.map(\.dependency) == ["gone"])
    }

    @Test("In random graphs every level needs lower levels only, and a cycle is found exactly where levels end")
    func randomGraphs() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let count = Int.random(in: 1...30, using: &generator)
            let acyclic = Bool.random(using: &generator)
            var edges: [Int: [Int]] = [:]
            for key in 0..<count {
                let needs = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    Int.random(in: 0..<count, using: &generator)
                }
                edges[key] = acyclic ? needs.filter { $0 < key } : needs
            }
            let graph = DependencyGraph(edges)
            let levels = graph.levels
            #expect(graph.missing.isEmpty)
            #expect((levels.count == count) == graph.cycles.isEmpty)
            if acyclic { #expect(graph.cycles.isEmpty) }
            for (key, level) in levels {
                let below = (edges[key] ?? []).map { levels[$0] ?? .max }
                #expect(level == (below.max().map { $0 + 1 } ?? 0))
            }
            for cycle in graph.cycles {
                for (key, next) in zip(cycle, cycle.dropFirst() + cycle.prefix(1)) {
                    #expect(edges[key]?.contains(next) == true)
                }
            }
        }
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
