import NetbootWire

/// One read transfer, block by block (RFC 1350, 2347, 2348, 2349, 7440).
struct TFTPTransfer: Sendable {
    /// What the request's options lead to.
    struct Terms: Sendable, Hashable {
        var blockSize = 512
        var windowSize = 1
        var timeout = Duration.seconds(1)
        /// The options that were accepted, in the order asked.
        var accepted: [TFTPOption] = []

        /// - Parameter largestBlock: what fits a frame of the network: 1468 with Ethernet and IPv4.
        init(_ options: [TFTPOption], size: Int, largestBlock: Int) {
            for option in options {
                guard let number = option.number, !accepted.contains(where: { $0.name == option.name }) else {
                    continue
                }
                switch option.name {
                case TFTPOption.blockSize where 8...65_464 ~= number:
                    blockSize = min(number, largestBlock)
                    accepted.append(TFTPOption(option.name, blockSize))
                case TFTPOption.windowSize where 1...65_535 ~= number:
                    windowSize = min(number, 64)
                    accepted.append(TFTPOption(option.name, windowSize))
                case TFTPOption.timeout where 1...255 ~= number:
                    timeout = .seconds(number)
                    accepted.append(TFTPOption(option.name, number))
                case TFTPOption.transferSize:
                    accepted.append(TFTPOption(option.name, size))
                default: break
                }
            }
        }
    }

    private static let longestTimeout = Duration.seconds(8)
    /// Sent before the client has proven its address; afterwards ``tries`` are allowed.
    private static let unprovenTries = 3
    private static let tries = 6

    let file: String
    let content: [UInt8]
    let terms: Terms
    /// When what was last sent counts as lost.
    private(set) var deadline: Duration
    /// Blocks that the client has, counted from one; the wire carries the lower sixteen bits.
    private var acknowledged = 0
    private var sent = 0
    private var attempts = 1
    private var wait: Duration
    private(set) var isProven = false

    init(file: String, content: [UInt8], terms: Terms, now: Duration) {
        self.file = file
        self.content = content
        self.terms = terms
        wait = terms.timeout
        deadline = now + terms.timeout
    }

    /// The block that ends the transfer: the first that is shorter than the block size, perhaps empty.
    private var lastBlock: Int { content.count / terms.blockSize + 1 }

    var isComplete: Bool { acknowledged == lastBlock }

    /// The first packets: the accepted options, or block 1 when the client asked for none.
    mutating func begin() -> [TFTPPacket] {
        terms.accepted.isEmpty ? window() : [.optionAcknowledgement(terms.accepted)]
    }

    /// An acknowledgement came in. A duplicate or stale one causes nothing: only time does (RFC 1123 §4.2.3.1).
    mutating func onAcknowledgement(_ block: UInt16, now: Duration) -> [TFTPPacket] {
        let ahead = Int(block &- UInt16(truncatingIfNeeded: acknowledged))
        let answersOptions = !isProven && ahead == 0 && sent == 0 && !terms.accepted.isEmpty
        let isNew = ahead > 0 && ahead <= sent - acknowledged
        guard answersOptions || isNew else { return [] }
        isProven = true
        acknowledged += ahead
        attempts = 1
        wait = terms.timeout
        deadline = now + wait
        return isComplete ? [] : window()
    }

    /// The deadline passed: the same packets again, or nil when the client has been silent for too long.
    mutating func onTimeout(now: Duration) -> [TFTPPacket]? {
        guard attempts < (isProven ? Self.tries : Self.unprovenTries) else { return nil }
        attempts += 1
        wait = min(wait * 2, max(Self.longestTimeout, terms.timeout))
        deadline = now + wait
        return isProven || terms.accepted.isEmpty ? window() : [.optionAcknowledgement(terms.accepted)]
    }

    /// The blocks after the last acknowledged one.
    private mutating func window() -> [TFTPPacket] {
        sent = min(acknowledged + terms.windowSize, lastBlock)
        return (acknowledged..<sent).map { index in
            let start = index * terms.blockSize
            let bytes = Array(content[start..<min(start + terms.blockSize, content.count)])
            return .data(block: UInt16(truncatingIfNeeded: index + 1), bytes: bytes)
        }
    }
}
