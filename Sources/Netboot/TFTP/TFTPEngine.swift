import Core
import NetbootWire

/// A read-only TFTP server on one port, without sockets and without a clock: a transfer is known by the client's
/// address and port, so that all goes through port 69 and needs no helper in a firewall.
struct TFTPEngine: Sendable {
    struct Peer: Sendable, Hashable {
        let address: IPAddress
        let port: Int
    }

    enum Action: Sendable, Hashable {
        case send(TFTPPacket, to: Peer)
        case tell(NetbootEvent.Kind, IPAddress)
    }

    /// Transfers at a time; more requests are dropped, and firmware asks again.
    static let transferLimit = 4096
    /// Transfers of one address that it has not confirmed yet: bounds what a forged source address can cause.
    static let unprovenLimit = 128

    private let files: BootFiles
    private let serves: @Sendable (IPAddress) -> Bool
    private let largestBlock: Int
    private var transfers: [Peer: TFTPTransfer] = [:]
    private var unproven: [IPAddress: Int] = [:]
    private var translated: [String: [UInt8]] = [:]

    init(files: BootFiles, largestBlock: Int = 1468, serves: @escaping @Sendable (IPAddress) -> Bool) {
        self.files = files
        self.serves = serves
        self.largestBlock = largestBlock
    }

    var isIdle: Bool { transfers.isEmpty }

    /// - Parameter now: monotonic time since any fixed moment.
    mutating func on(_ bytes: some Collection<UInt8>, from peer: Peer, now: Duration) -> [Action] {
        guard serves(peer.address), let packet = try? TFTPPacket(parsing: bytes) else { return [] }
        switch packet {
        case .readRequest(let request):
            return begin(request, peer, now)
        case .writeRequest:
            return [refuse(.accessViolation, "this server is read-only", peer)]
        case .acknowledgement(let block):
            return onAcknowledgement(block, peer, now)
        case .error(let code, let message):
            guard let transfer = end(peer) else { return [] }
            // Firmware that only wanted the size breaks off with error 8 or 0: no failure.
            let isProbe = !transfer.isProven
            let reason = "the client sent error \(code.rawValue): \(message.prefix(80))"
            return isProbe ? [] : [.tell(.tftp(file: transfer.file, .failed(reason: reason)), peer.address)]
        case .data, .optionAcknowledgement:
            return transfers[peer] == nil ? [] : [refuse(.illegalOperation, "not expected here", peer)]
        }
    }

    /// Sends again what was lost and gives up the silent. To be called every now and then while not idle.
    mutating func onTimer(now: Duration) -> [Action] {
        var actions: [Action] = []
        for (peer, transfer) in transfers where transfer.deadline <= now {
            var transfer = transfer
            if let packets = transfer.onTimeout(now: now) {
                transfers[peer] = transfer
                actions += packets.map { .send($0, to: peer) }
            } else {
                end(peer)
                guard transfer.isProven else { continue }
                actions.append(refuse(.undefined, "the client is silent", peer))
                let failure = NetbootEvent.Kind.tftp(file: transfer.file, .failed(reason: "the client is silent"))
                actions.append(.tell(failure, peer.address))
            }
        }
        return actions
    }

    private mutating func begin(_ request: TFTPRequest, _ peer: Peer, _ now: Duration) -> [Action] {
        end(peer)
        guard transfers.count < Self.transferLimit, unproven[peer.address, default: 0] < Self.unprovenLimit else {
            return []
        }
        guard request.mode == "octet" || request.mode == "netascii" else {
            return [refuse(.undefined, "only octet and netascii are served", peer)]
        }
        let name = Self.normalized(request.file)
        guard let content = content(name, netascii: request.mode == "netascii") else {
            return [refuse(.notFound, "no such file", peer)]
        }
        let terms = TFTPTransfer.Terms(request.options, size: content.count, largestBlock: largestBlock)
        var transfer = TFTPTransfer(file: name, content: content, terms: terms, now: now)
        let packets = transfer.begin()
        transfers[peer] = transfer
        unproven[peer.address, default: 0] += 1
        return packets.map { .send($0, to: peer) }
    }

    private mutating func onAcknowledgement(_ block: UInt16, _ peer: Peer, _ now: Duration) -> [Action] {
        guard var transfer = transfers[peer] else { return [] }
        let wasProven = transfer.isProven
        let packets = transfer.onAcknowledgement(block, now: now)
        var actions: [Action] = []
        if transfer.isProven, !wasProven {
            confirm(peer.address)
            actions.append(.tell(.tftp(file: transfer.file, .started), peer.address))
        }
        transfers[peer] = transfer
        if transfer.isComplete {
            end(peer)
            let size = transfer.content.count
            return actions + [.tell(.tftp(file: transfer.file, .finished(bytes: size)), peer.address)]
        }
        return actions + packets.map { .send($0, to: peer) }
    }

    @discardableResult
    private mutating func end(_ peer: Peer) -> TFTPTransfer? {
        guard let transfer = transfers.removeValue(forKey: peer) else { return nil }
        if !transfer.isProven { confirm(peer.address) }
        return transfer
    }

    private mutating func confirm(_ address: IPAddress) {
        let left = unproven[address, default: 1] - 1
        unproven[address] = left > 0 ? left : nil
    }

    private mutating func content(_ name: String, netascii: Bool) -> [UInt8]? {
        guard netascii else { return files[name] }
        if let known = translated[name] { return known }
        guard let text = files[name].map(Self.netascii) else { return nil }
        translated[name] = text
        return text
    }

    private func refuse(_ code: TFTPErrorCode, _ message: String, _ peer: Peer) -> Action {
        .send(.error(code, message: message), to: peer)
    }

    /// A name as firmware writes it: slashes of both kinds, one perhaps in front.
    private static func normalized(_ name: String) -> String {
        let slashes = name.split(omittingEmptySubsequences: true) { $0 == "/" || $0 == "\\" }
        return slashes.joined(separator: "/")
    }

    /// Line ends as RFC 764 writes them: LF becomes CR LF, CR becomes CR NUL.
    private static func netascii(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x0A: [0x0D, 0x0A]
            case 0x0D: [0x0D, 0]
            default: [byte]
            }
        }
    }
}
