import Core
import Glibc
import Netboot
import Testing

@testable import Lab

/// A lab with a provisioning host, for the time of a test.
struct LabHarness {
    let lab: LabDescription
    let host: ProvisioningHost

    /// - Parameter body: the test; lab and host end with it.
    static func run(
        nodes: Int = 1, controlPlanes: Int? = nil, delivery: ProvisioningHost.Delivery,
        mode: NetbootConfiguration.Mode = .dhcp, kexec: Bool = true, firmware: LabConfiguration.FirmwareMix = .mixed,
        serving: Bool = true, timing: LabTiming = .instant, body: @escaping @Sendable (LabHarness) async throws -> Void
    ) async throws {
        let directory = "\(temporary)/lab-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileStore.createDirectory(directory)
        defer { remove(directory) }
        let configuration = LabConfiguration(
            directory: directory, nodes: nodes, controlPlanes: controlPlanes, timing: timing, firmware: firmware,
            kexec: kexec, ownDHCP: mode == .proxy)
        let (ready, feed) = AsyncStream<LabDescription>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Lab(configuration).run { feed.yield($0) } }
            group.addTask {
                for await lab in ready {
                    let host = try ProvisioningHost(lab, delivery: delivery, mode: mode, assets: directory)
                    try await withThrowingTaskGroup(of: Void.self) { inner in
                        if serving { inner.addTask { try await host.run() } }
                        inner.addTask { try await body(LabHarness(lab: lab, host: host)) }
                        while let result = await inner.nextResult() {
                            switch result {
                            case .success:
                                inner.cancelAll()
                                return
                            case .failure(let error):
                                inner.cancelAll()
                                throw error
                            }
                        }
                    }
                    return
                }
            }
            // The lab itself goes on until the test is over; whatever ends first ends all.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// The lines of the access log.
    func accesses() throws -> [JSON] {
        try FileStore.readText(lab.accessLog).split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    private static var temporary: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    private static func remove(_ directory: String) {
        for name in [LabDescription.fileName, "access.jsonl", "kernel-amd64", "initramfs-metal-amd64.xz"] {
            unlink("\(directory)/\(name)")
        }
        rmdir(directory)
    }
}

/// Asks until the answer is there.
///
/// - Throws: ``Fault`` `timeout` with the last error.
func eventually<Value: Sendable>(
    _ what: String, within limit: Duration = .seconds(60), _ ask: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    var problem: String?
    while .now < end {
        do {
            if let value = try await ask() { return value }
        } catch {
            problem = "\(error)"
        }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw Fault(.timeout, "\(what) did not come about", why: problem)
}
