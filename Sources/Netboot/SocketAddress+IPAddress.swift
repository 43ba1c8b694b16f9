import Core
import NIOCore

extension IPAddress {
    /// Nil for Unix sockets. An IPv4 address in IPv6 form becomes IPv4.
    init?(_ address: SocketAddress) {
        switch address {
        case .v4(let v4):
            // struct sockaddr_in: family, port, four octets.
            self.init(octets: withUnsafeBytes(of: v4.address) { Array($0[4..<8]) })
        case .v6(let v6):
            // struct sockaddr_in6: family, port, flow, sixteen octets.
            let octets = withUnsafeBytes(of: v6.address) { Array($0[8..<24]) }
            let mapped = octets.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            self.init(octets: mapped ? Array(octets.suffix(4)) : octets)
        case .unixDomainSocket:
            return nil
        }
    }
}
