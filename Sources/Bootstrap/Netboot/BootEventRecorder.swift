import Core
import Inventory
import Logging
import Netboot

/// Writes down what booting machines do, so that the run can say what it waits for.
struct BootEventRecorder {
    let world: World

    func record(_ events: AsyncStream<NetbootEvent>) async {
        var last: [String: String] = [:]
        for await event in events {
            if case .problem(let text) = event.kind {
                world.log.warning("boot service", metadata: ["problem": "\(text)"])
            }
            guard let node = node(of: event), let activity = event.activity else { continue }
            guard last.updateValue(activity, forKey: node.name) != activity else { continue }
            let time = world.clock.now.milliseconds
            do {
                guard try await !world.store.machine(node.name).isInstalled else { continue }
                await world.board.setNode(node.name, activity)
                try await world.store.update(node.name) { machine in
                    machine.lastSeen = time
                    machine.activity = activity
                    machine.address = event.address?.description ?? machine.address
                }
            } catch {
                world.log.error("cannot record a boot event", metadata: ["node": "\(node.name)", "error": "\(error)"])
            }
        }
    }

    private func node(of event: NetbootEvent) -> NodePlan? {
        if let mac = event.mac, let node = world.plan.nodes.first(where: { $0.mac == mac }) { return node }
        return world.plan.nodes.first { $0.address == event.address }
    }
}

extension NetbootEvent {
    /// What the machine was doing, for people; nil where it is not worth a word.
    fileprivate var activity: String? {
        switch kind {
        case .dhcp(_, _, let file): file.map { "asked for an address, loads \($0)" } ?? "asked for an address"
        case .tftp(let file, .started): "loads \(file)"
        case .script(let decision): "got its boot script (\(decision))"
        case .asset(let name, let sent, let total): sent == total ? "loaded \(name)" : nil
        case .config(let delivered): delivered ? "fetched its config" : nil
        case .listening, .unanswered, .tftp, .problem: nil
        }
    }
}
