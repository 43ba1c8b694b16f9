import Core
import Inventory
import Logging
import Netboot

/// Writes down the fingerprints that machines tell through their kernel logs.
struct KernelLogRecorder {
    let world: World

    func record(_ lines: AsyncStream<KernelLogSink.Line>) async {
        for await line in lines {
            guard let fingerprint = line.fingerprint,
                let node = world.plan.nodes.first(where: { $0.address == line.address })
            else { continue }
            do {
                try await world.store.update(node.name) { $0.fingerprint = fingerprint }
            } catch {
                world.log.error("cannot record a fingerprint", metadata: ["node": "\(node.name)", "error": "\(error)"])
            }
        }
    }
}
