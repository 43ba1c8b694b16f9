import Core
import Embedded
import Packages
import Testing

@testable import Lab

@Suite struct FluxCopyTests {
    private static let source = FileTree(
        [
            "system/a/Chart.yaml": "name: a", "system/a/values.yaml": "x: 1\nlist: [1, 2]\nmap: {keep: true}\n",
            "system/a/values-b.yaml": "list: [3]\nmap: {add: yes}\n---\nnext: 2\n", "system/a/.hidden": "h",
            "system/a/templates/one.yaml": "1", "system/a/templates/deep/two.yaml": "2",
            "library/lib/Chart.yaml": "name: lib", "README.md": "r",
        ].mapValues { Array($0.utf8) })

    struct Case: Sendable, CustomTestStringConvertible {
        let copies: [[String]]
        let files: [String]
        var exclude: [String] = []

        var testDescription: String { copies.map { $0.joined(separator: " → ") }.joined(separator: ", ") }
    }

    private func run(_ copies: [[String]], exclude: [String] = []) throws -> FileTree {
        var artifact = FileTree()
        for copy in copies {
            var json: JSON = ["from": .string(copy[0]), "to": .string(copy[1]), "exclude": .strings(exclude)]
            if copy.count > 2 { json["strategy"] = .string(copy[2]) }
            try CopyOperation(json).run(from: ["s": Self.source], into: &artifact)
        }
        return artifact
    }

    @Test(
        "Files land where source-watcher puts them",
        arguments: [
            Case(
                copies: [["@s/system/a/**", "@artifact/a/"]],
                files: [
                    "a/.hidden", "a/Chart.yaml", "a/templates/deep/two.yaml", "a/templates/one.yaml", "a/values-b.yaml",
                    "a/values.yaml",
                ]),
            Case(
                copies: [
                    ["@s/library/lib/**", "@artifact/a/charts/lib/"],
                    ["@s//system/a/values.yaml", "@artifact/a/values.yaml"],
                ],
                files: ["a/charts/lib/Chart.yaml", "a/values.yaml"]),
            Case(
                copies: [["@s/system/a/*.yaml", "@artifact/"]],
                files: [
                    "system/a/Chart.yaml", "system/a/values-b.yaml", "system/a/values.yaml",
                ]),
            Case(copies: [["@s/system/**/one.yaml", "@artifact/x"]], files: []),
            Case(
                copies: [["@s/system/*/templates/one.yaml", "@artifact/x"]], files: ["x/system/a/templates/one.yaml"]),
            Case(
                copies: [["@s/system/a/templates/", "@artifact/t/"]],
                files: ["t/templates/deep/two.yaml", "t/templates/one.yaml"]),
            Case(copies: [["@s/README.md", "@artifact/docs/"]], files: ["docs/README.md"]),
            Case(copies: [["@s/README.md", "@artifact/docs/INDEX"]], files: ["docs/INDEX"]),
            Case(
                copies: [["@s/library/**", "@artifact/"], ["@s/README.md", "@artifact/lib"]],
                files: ["lib/Chart.yaml", "lib/README.md"]),
            Case(
                copies: [["@s/system/a/**", "@artifact/"]],
                files: ["Chart.yaml", "templates/deep/two.yaml"], exclude: ["values*", ".hidden", "templates/*.yaml"]),
            Case(
                copies: [["@s/system/a/[a-z]*", "@artifact/"]],
                files: [
                    "system/a/templates/deep/two.yaml", "system/a/templates/one.yaml", "system/a/values-b.yaml",
                    "system/a/values.yaml",
                ]),
        ])
    func places(_ row: Case) throws {
        if row.files.isEmpty {
            #expect(throws: Fault.self) { try run(row.copies, exclude: row.exclude) }
        } else {
            #expect(try run(row.copies, exclude: row.exclude).files.map(\.path) == row.files)
        }
    }

    @Test(
        "What matches nothing, leads out or is not understood is refused",
        arguments: [
            ["@s/system/none/**", "@artifact/"], ["@s/none.yaml", "@artifact/"], ["@other/README.md", "@artifact/"],
            ["README.md", "@artifact/"], ["@s/README.md", "@s/"], ["@s/../README.md", "@artifact/"],
            ["@s/README.md", "@artifact/", "Extract"], ["@s/README.md", "@artifact/", "Guess"],
        ])
    func refused(copy: [String]) {
        #expect(throws: Fault.self) { try run([copy]) }
    }

    @Test("Merge lays maps over maps, replaces lists, folds documents and sorts keys")
    func merges() throws {
        let artifact = try run([
            ["@s/system/a/values.yaml", "@artifact/values.yaml"],
            ["@s/system/a/values-b.yaml", "@artifact/values.yaml", "Merge"],
        ])
        let text = String(decoding: try #require(artifact.file("values.yaml")), as: UTF8.self)
        #expect(text == "list:\n- 3\nmap:\n  add: \"yes\"\n  keep: true\nnext: 2\nx: 1\n")
    }

    @Test("Merge without anything to merge into is a copy")
    func mergesIntoNothing() throws {
        let artifact = try run([["@s/system/a/values-b.yaml", "@artifact/values.yaml", "Merge"]])
        #expect(artifact.file("values.yaml") == Self.source.file("system/a/values-b.yaml"))
    }

    @Test(
        "Patterns match as Go's path.Match does",
        arguments: [
            ("*", ".hidden", true), ("**", "ab", true), ("a*b*c", "aXbYc", true), ("a*b*c", "abX", false),
            ("?", "é", true), ("?", "", false), ("[a-c]x", "bx", true), ("[^a-c]x", "bx", false), ("[abc]", "d", false),
            ("\\*", "*", true), ("\\*", "a", false), ("[", "[", false), ("", "", true),
        ])
    func globs(pattern: String, name: String, matches: Bool) {
        #expect(GlobPattern(pattern).matches(name) == matches)
    }

    @Test("The checksum of the file names is RFC 1950's, and the record is gzip that gzip reads")
    func checksums() throws {
        #expect(Adler32.sum(Array("Wikipedia".utf8)) == 0x11E6_0398)
        let gzip = StoredGzip.compress(Array("123456789".utf8))
        #expect(gzip.prefix(3) == [0x1F, 0x8B, 8])
        #expect(Array(gzip.suffix(8)) == [0x26, 0x39, 0xF4, 0xCB, 9, 0, 0, 0])
    }

    @Test("Every artifact of every PackageSource can be cut out of the release's artifact and holds a chart")
    func wholeRelease() throws {
        let embedded = Embedded()
        let release = try Release.load(embedded: embedded)
        let tree = FileTree(try PlatformArtifact.files(of: release, embedded: embedded))
        var count = 0
        for source in release.packageSources + [release.catalogue.platformSource] {
            guard let generator = source.artifactGenerator(uid: "u") else { continue }
            let spec = try GeneratorSpec(generator)
            let alias = try #require(spec.sources.first?.alias)
            for artifact in spec.artifacts {
                var built = FileTree()
                for copy in artifact.copies { try copy.run(from: [alias: tree], into: &built) }
                let chart = try Chart(StoredArtifact(built, name: artifact.name))
                #expect(chart.version.hasPrefix("0.0.0+"))
                count += 1
            }
        }
        #expect(count == 207)
    }

    @Test(
        "Durations of Go are read and written", arguments: [("5m", 300), ("1h30m", 5400), ("10m0s", 600), ("30s", 30)])
    func durations(text: String, seconds: Int) {
        #expect(GoDuration.parse(text) == .seconds(seconds))
    }

    @Test("What is no duration is none", arguments: ["", "5", "m", "5x", "-5m", "5m "])
    func noDurations(text: String) {
        #expect(GoDuration.parse(text) == nil)
    }
}
