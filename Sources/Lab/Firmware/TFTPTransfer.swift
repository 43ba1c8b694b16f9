import Core
import NetbootWire

/// The receiving side of one TFTP transfer, without a socket (RFC 1350, 2347, 2348, 7440).
struct TFTPTransfer: Sendable {
    enum Step: Sendable, Hashable {
        /// Send this and wait for the next packet.
        case send(TFTPPacket)
        /// Wait; the packet was a duplicate or part of a window.
        case wait
        /// The last block has come; the acknowledgement is the last packet.
        case finish(TFTPPacket)
        case fail(String)
    }

    /// Larger boot loaders there are none.
    static let limit = 16 << 20

    let file: String
    let options: [TFTPOption]
    private(set) var content: [UInt8] = []
    /// What the server said about the size; nil when it did not.
    private(set) var announcedSize: Int?
    private var blockSize = 512
    private var windowSize = 1
    private var received: UInt64 = 0
    private var hasBegun = false
    private var last: TFTPPacket

    init(file: String, options: [TFTPOption]) {
        self.file = file
        self.options = options
        last = .readRequest(TFTPRequest(file: file, options: options))
    }

    /// What to send first, and again when nothing comes.
    var pending: TFTPPacket { last }

    mutating func on(_ packet: TFTPPacket) -> Step {
        switch packet {
        case .optionAcknowledgement(let accepted):
            guard !hasBegun else { return .wait }
            return begin(accepted)
        case .data(let block, let bytes):
            hasBegun = true
            return take(block, bytes)
        case .error(let code, let message):
            return .fail("TFTP error \(code.rawValue): \(message)")
        case .readRequest, .writeRequest, .acknowledgement:
            return .fail("a TFTP server sends no such packet")
        }
    }

    private mutating func begin(_ accepted: [TFTPOption]) -> Step {
        hasBegun = true
        for option in accepted {
            guard let asked = options.first(where: { $0.name == option.name }), let value = option.number else {
                return .fail("the server accepted \(option.name), which was not asked for")
            }
            switch option.name {
            case TFTPOption.blockSize:
                guard 8...(asked.number ?? 512) ~= value else { return .fail("the server's blksize is \(value)") }
                blockSize = value
            case TFTPOption.windowSize:
                guard 1...(asked.number ?? 1) ~= value else { return .fail("the server's windowsize is \(value)") }
                windowSize = value
            case TFTPOption.transferSize:
                announcedSize = value
            default:
                break
            }
        }
        last = .acknowledgement(block: 0)
        return .send(last)
    }

    private mutating func take(_ block: UInt16, _ bytes: [UInt8]) -> Step {
        guard block == UInt16(truncatingIfNeeded: received + 1) else {
            // A gap or a repetition: tell the server where we are.
            last = .acknowledgement(block: UInt16(truncatingIfNeeded: received))
            return received == 0 ? .wait : .send(last)
        }
        guard bytes.count <= blockSize, content.count + bytes.count <= Self.limit else {
            return .fail("block \(block) is too long")
        }
        received += 1
        content += bytes
        last = .acknowledgement(block: block)
        if bytes.count < blockSize { return .finish(last) }
        return received % UInt64(windowSize) == 0 ? .send(last) : .wait
    }
}
