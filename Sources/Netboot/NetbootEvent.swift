package import Core
package import NetbootWire

/// Something that happened on the way of a machine from power-on to its machine config.
package struct NetbootEvent: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// A socket is bound. `service` is `dhcp`, `proxy`, `tftp` or `http`.
        case listening(service: String, port: Int)
        /// A DHCP answer went out. `client` says what asked, `file` what it shall load.
        case dhcp(DHCPMessageType, client: String, file: String?)
        /// A request was left without an answer on purpose.
        case unanswered(reason: String)
        /// A TFTP transfer began, ended or was given up.
        case tftp(file: String, TransferState)
        /// A script was served. `decision` is `hold`, `install`, `local` or `ignore`.
        case script(decision: String)
        /// Part of an asset went out; the last event of a complete transfer has `sent` equal to `total`.
        case asset(name: String, sent: Int, total: Int)
        /// A machine config was delivered, or asked for in vain. The token is not told.
        case config(delivered: Bool)
        /// Something the operator should look at.
        case problem(String)
    }

    package enum TransferState: Sendable, Hashable {
        case started
        case finished(bytes: Int)
        case failed(reason: String)
    }

    package var time: Timestamp
    package var kind: Kind
    package var mac: MACAddress?
    package var address: IPAddress?
}
