package import Core
import Glibc
import Synchronization

/// Leases as lines of JSON in a file that only grows while the service runs and is rewritten when it starts.
package final class LeaseFile: LeaseStore {
    private let path: String
    private let descriptor = Mutex<Int32>(-1)

    package init(path: String) {
        self.path = path
    }

    deinit {
        descriptor.withLock { if $0 >= 0 { close($0) } }
    }

    /// Lines that are cut off or unreadable are passed over: a lease is a courtesy, not a promise.
    package func load() throws(Fault) -> [Lease] {
        let text = FileStore.exists(path) ? String(decoding: try FileStore.read(path), as: UTF8.self) : ""
        var leases: [IPAddress: Lease] = [:]
        for line in text.split(separator: "\n") {
            if let lease = Self.lease(String(line)) { leases[lease.address] = lease }
        }
        let kept = leases.values.sorted { $0.address < $1.address }
        try FileStore.replace(path, with: kept.flatMap(Self.line))
        try reopen()
        return kept
    }

    package func record(_ lease: Lease) throws(Fault) {
        let bytes = Self.line(lease)
        let stored = descriptor.withLock { descriptor in
            descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count && fdatasync(descriptor) == 0
        }
        guard stored else {
            throw Fault(.failed, "cannot store a lease", at: path, why: String(cString: strerror(errno)))
        }
    }

    private func reopen() throws(Fault) {
        let new = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard new >= 0 else {
            throw Fault(.failed, "cannot open the lease file", at: path, why: String(cString: strerror(errno)))
        }
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = new
        }
    }

    private static func line(_ lease: Lease) -> [UInt8] {
        let fields: JSON = [
            "address": .string(lease.address.description), "mac": .string(lease.mac.description),
            "expires": .int(lease.expires.milliseconds),
        ]
        return fields.serialized() + [UInt8(ascii: "\n")]
    }

    private static func lease(_ line: String) -> Lease? {
        guard let fields = try? JSON(parsing: line), let address = fields["address"]?.string.flatMap({ IPAddress($0) }),
            let mac = fields["mac"]?.string.flatMap({ MACAddress($0) }), let expires = fields["expires"]?.int
        else { return nil }
        return Lease(mac: mac, address: address, expires: Timestamp(milliseconds: Int64(expires)))
    }
}
