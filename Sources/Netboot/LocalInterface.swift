import Core
import Glibc

/// The network interfaces of this host.
enum LocalInterface {
    /// The interface that has an IPv4 address; nil when none has it, and for loopback addresses, which all belong to
    /// one interface without broadcasts.
    static func name(of address: IPAddress) -> String? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard address.octets.first != 127, getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let socket = entry.ifa_addr, socket.pointee.sa_family == sa_family_t(AF_INET) else { continue }
            let octets = socket.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
            }
            if octets == address.octets { return String(cString: entry.ifa_name) }
        }
        return nil
    }
}
