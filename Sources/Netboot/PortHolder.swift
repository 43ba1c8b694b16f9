import Core
import Glibc

/// Finds the process that holds a port, from `/proc`.
enum PortHolder {
    enum Transport: String, Sendable {
        case udp
        case tcp
    }

    /// `name (pid)` of the holder; nil when nobody holds it or the holder belongs to somebody we may not look at.
    static func find(_ transport: Transport, port: Int, address: IPAddress) -> String? {
        let sockets = Set(
            ["", "6"].flatMap { boundSockets("/proc/net/\(transport.rawValue)\($0)", port, address, transport) })
        guard !sockets.isEmpty else { return nil }
        for pid in entries("/proc").compactMap(Int32.init).sorted() {
            for name in entries("/proc/\(pid)/fd") where sockets.contains(target("/proc/\(pid)/fd/\(name)") ?? "") {
                let command = (try? FileStore.readText("/proc/\(pid)/comm", limit: 4096)) ?? "process"
                return "\(command.split(separator: "\n").first ?? "process") (pid \(pid))"
            }
        }
        return nil
    }

    /// `socket:[inode]` for each bound socket of the table that stands in the way of an address and a port.
    private static func boundSockets(
        _ table: String, _ port: Int, _ address: IPAddress, _ transport: Transport
    ) -> [String] {
        guard let text = try? FileStore.readText(table) else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9 else { return nil }
            let local = fields[1].split(separator: ":")
            guard local.count == 2, Int(local[1], radix: 16) == port, conflicts(local[0], address) else { return nil }
            if transport == .tcp, fields[3] != "0A" { return nil }
            return "socket:[\(fields[9])]"
        }
    }

    /// Whether a local address of the table, words in host byte order, is the one or covers it.
    private static func conflicts(_ hex: Substring, _ address: IPAddress) -> Bool {
        guard let bytes = hexadecimal(hex.utf8) else { return false }
        let words = stride(from: 0, to: bytes.count, by: 4).flatMap { bytes[$0..<min($0 + 4, bytes.count)].reversed() }
        let isAny = words.allSatisfy { $0 == 0 } || address.octets.allSatisfy { $0 == 0 }
        return isAny || Array(words.suffix(address.octets.count)) == address.octets
    }

    private static func entries(_ directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    private static func target(_ link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink(link, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
