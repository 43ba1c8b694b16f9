package import Core
import Glibc
import Synchronization

/// Who asked what of the datacenter: one line a request, over all services of the lab.
///
/// Tests and people judge from it what the product did, so a line is in the file (one `write(2)`, nothing buffered)
/// before the answer leaves.
package final class AccessLog: Sendable {
    /// One request, as one JSON line of the file.
    package struct Entry: Sendable, Hashable, Codable {
        /// Counts from 1 without gaps.
        package let seq: Int
        /// RFC 3339, UTC.
        package let time: String
        /// `kubernetes`, `talos`, `etcd`, `registry`, …
        package let service: String
        /// The node that was asked, if the service runs on one.
        package let node: String?
        /// Who asked: user agent, certificate name, address; whatever the service knows.
        package let client: String
        /// What was asked, in the service's own words: `PATCH /api/v1/…`, `/machine.MachineService/Bootstrap`.
        package let call: String
        /// Whether the call changed, or could have changed, anything.
        package let write: Bool
        /// How it ended: an HTTP status, a gRPC status name.
        package let status: String
    }

    private struct State {
        var sequence = 0
        var recent: [Entry] = []
    }

    private let state = Mutex(State())
    private let descriptor: Int32?
    private let path: String?
    private let clock: any WallClock
    private let remembered: Int

    /// - Parameters:
    ///   - path: the file that lines are appended to; nil keeps them in memory only.
    ///   - remembered: how many of the latest entries ``recent`` gives back.
    /// - Throws: ``Fault`` `failed` when the file cannot be opened for appending.
    package init(
        path: String?, clock: any WallClock = SystemWallClock(), remembered: Int = 4096
    ) throws(Fault) {
        self.path = path
        self.clock = clock
        self.remembered = remembered
        guard let path else {
            descriptor = nil
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Fault(.failed, "cannot open the access log", at: path, why: String(cString: strerror(errno)))
        }
        self.descriptor = descriptor
    }

    deinit {
        if let descriptor { close(descriptor) }
    }

    /// Appends one line. A full disk loses the line; the service goes on.
    package func record(
        service: String, node: String?, client: String, call: String, write: Bool, status: String
    ) {
        state.withLock { state in
            state.sequence += 1
            let entry = Entry(
                seq: state.sequence, time: clock.now.description, service: service, node: node, client: client,
                call: call, write: write, status: status)
            state.recent.append(entry)
            if state.recent.count >= 2 * remembered { state.recent.removeFirst(state.recent.count - remembered) }
            append(entry)
        }
    }

    /// The latest entries, oldest first.
    package var recent: [Entry] {
        state.withLock { Array($0.recent.suffix(remembered)) }
    }

    private func append(_ entry: Entry) {
        guard let descriptor else { return }
        let line = entry.json.serialized() + [0x0A]
        _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}

extension AccessLog.Entry {
    fileprivate var json: JSON {
        .fields([
            "seq": .int(Int64(seq)), "time": .string(time), "service": .string(service),
            "node": node.map(JSON.string), "client": .string(client), "call": .string(call), "write": .bool(write),
            "status": .string(status),
        ])
    }
}
