import NIOCore
import NIOPosix

/// The sockets of one DHCP port.
///
/// On Linux a socket hears broadcasts only when it is bound to no address, and then its answers leave from the first
/// address of the interface. So where broadcasts count, one socket hears them and another, bound to the advertised
/// address, hears what is sent there and sends all answers.
struct DHCPSockets: Sendable {
    typealias Channel = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

    /// Hears broadcasts or, alone, everything.
    let first: Channel
    /// The socket on the advertised address; nil when `first` does it all.
    let answering: Channel?

    var port: Int { first.channel.localAddress?.port ?? 0 }

    func close() async {
        try? await first.executeThenClose { _, _ in }
        try? await answering?.executeThenClose { _, _ in }
    }
}
