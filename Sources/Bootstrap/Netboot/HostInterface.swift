import Core
import Glibc

/// The network interfaces of this host.
enum HostInterface {
    /// The first IPv4 address of an interface.
    static func address(of name: String) -> IPAddress? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard String(cString: entry.ifa_name) == name, let socket = entry.ifa_addr,
                socket.pointee.sa_family == sa_family_t(AF_INET)
            else { continue }
            return socket.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin_addr) { IPAddress(octets: Array($0)) }
            }
        }
        return nil
    }
}
