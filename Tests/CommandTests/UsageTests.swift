import Core
import Testing

@Suite("Wrong usage")
struct UsageTests {
    @Test(
        "A wrong call says what is wrong and exits with 2",
        arguments: [
            (["init"], "variant"),
            (["init", "isp-full"], "-f"),
            (["init", "isp-ful", "--lab"], "isp-full"),
            (["init", "isp-full", "-f", "/nowhere/cluster.yaml"], "/nowhere/cluster.yaml"),
            (["init", "isp-full", "--lab", "--nodes", "0"], "--nodes"),
            (["frobnicate"], "frobnicate"),
            (["spec", "validate", "-f", "/nowhere/cluster.yaml"], "/nowhere/cluster.yaml"),
        ])
    func refuses(arguments: [String], hint: String) async throws {
        let outcome = try await Product.run(arguments)
        #expect(outcome.exitCode == 2)
        #expect(outcome.errors.contains(hint), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test("The example spec is valid, and the schema is JSON")
    func exampleIsValid() async throws {
        let example = try await Product.run(["spec", "example"])
        #expect(example.exitCode == 0)
        try await LabState.with { state in
            let path = "\(state.directory)/cluster.yaml"
            try FileStore.replace(path, with: Array(example.output.utf8))
            let valid = try await Product.run(["spec", "validate", "-f", path])
            #expect(valid.exitCode == 0, "\(valid.errors)")
            let plan = try await Product.run(["plan", "isp-full", "-f", path, "-o", "json"])
            #expect(plan.exitCode == 0, "\(plan.errors)")
            #expect(try JSON(parsing: plan.output)["id"]?.string?.hasPrefix("sha256:") == true)
        }
        let schema = try await Product.run(["spec", "schema"])
        #expect(
            try JSON(parsing: schema.output)["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
    }
}
