import Core
import Glibc
import NIOPosix

/// A plain UDP socket with a deadline: the other side of a test's conversation.
final class UDPPeer: Sendable {
    private let descriptor: Int32
    let address: IPAddress
    let port: Int

    init(_ address: IPAddress, port: Int = 0) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.address = address
        var local = Self.name(address, port)
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &local) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                Glibc.bind(descriptor, name, length) == 0 && getsockname(descriptor, name, &length) == 0
            }
        }
        self.descriptor = descriptor
        self.port = Int(UInt16(bigEndian: local.sin_port))
        guard bound else { throw Fault(.failed, "cannot bind \(address):\(port)") }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8], to address: IPAddress, port: Int) {
        var remote = Self.name(address, port)
        withUnsafePointer(to: &remote) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                _ = sendto(descriptor, bytes, bytes.count, 0, name, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// The next datagram; nil after five seconds.
    func receive() async throws -> [UInt8]? {
        let descriptor = descriptor
        return try await NIOThreadPool.singleton.runIfActive {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return count >= 0 ? Array(buffer[0..<count]) : nil
        }
    }

    private static func name(_ address: IPAddress, _ port: Int) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        withUnsafeMutableBytes(of: &name.sin_addr) { $0.copyBytes(from: address.octets) }
        return name
    }
}
