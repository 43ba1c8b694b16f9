/// A TFTP packet (RFC 1350, options of RFC 2347).
package enum TFTPPacket: Sendable, Hashable {
    case readRequest(TFTPRequest)
    case writeRequest(TFTPRequest)
    /// A block of the file; a short one is the last.
    case data(block: UInt16, bytes: [UInt8])
    case acknowledgement(block: UInt16)
    case error(TFTPErrorCode, message: String)
    case optionAcknowledgement([TFTPOption])

    private static let parseLimit = 65_507
    private static let textLimit = 512

    /// Reads a packet.
    ///
    /// - Throws: ``WireError`` when it is truncated, has an unknown opcode, or its texts are too long or not UTF-8.
    package init(parsing bytes: some Collection<UInt8>) throws(WireError) {
        guard bytes.count <= Self.parseLimit else { throw .tooLong(limit: Self.parseLimit, found: bytes.count) }
        var reader = ByteReader(Array(bytes)[...])
        switch try reader.integer16("the opcode") {
        case 1: self = .readRequest(try TFTPRequest(&reader))
        case 2: self = .writeRequest(try TFTPRequest(&reader))
        case 3: self = .data(block: try reader.integer16("the block number"), bytes: Array(reader.rest))
        case 4: self = .acknowledgement(block: try reader.integer16("the block number"))
        case 5:
            let code = TFTPErrorCode(rawValue: try reader.integer16("the error code"))
            // Some clients leave the closing zero out.
            let text = reader.rest.prefix { $0 != 0 }.prefix(Self.textLimit)
            self = .error(code, message: String(decoding: text, as: UTF8.self))
        case 6: self = .optionAcknowledgement(try TFTPOption.list(&reader))
        case let other: throw .invalid(field: "the opcode", reason: "\(other) is unknown")
        }
    }

    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .readRequest(let request): bytes = [0, 1] + request.serialized()
        case .writeRequest(let request): bytes = [0, 2] + request.serialized()
        case .data(let block, let content):
            bytes.reserveCapacity(4 + content.count)
            bytes += [0, 3]
            bytes.append(big: block)
            bytes += content
        case .acknowledgement(let block):
            bytes = [0, 4]
            bytes.append(big: block)
        case .error(let code, let message):
            bytes = [0, 5]
            bytes.append(big: code.rawValue)
            bytes += message.utf8.filter { $0 != 0 } + [0]
        case .optionAcknowledgement(let options):
            bytes = [0, 6] + options.flatMap { $0.serialized() }
        }
        return bytes
    }
}

/// What a read or write request asks for.
package struct TFTPRequest: Sendable, Hashable {
    private static let nameLimit = 512

    package var file: String
    /// `octet`, `netascii` or `mail`, in lower case.
    package var mode: String
    package var options: [TFTPOption]

    package init(file: String, mode: String = "octet", options: [TFTPOption] = []) {
        self.file = file
        self.mode = mode
        self.options = options
    }

    init(_ reader: inout ByteReader) throws(WireError) {
        file = try Self.text(&reader, "the file name", limit: Self.nameLimit)
        mode = try Self.text(&reader, "the mode", limit: 16).lowercased()
        options = try TFTPOption.list(&reader)
    }

    func serialized() -> [UInt8] {
        Array(file.utf8) + [0] + Array(mode.utf8) + [0] + options.flatMap { $0.serialized() }
    }

    static func text(_ reader: inout ByteReader, _ field: String, limit: Int) throws(WireError) -> String {
        let bytes = try reader.terminated(field)
        guard bytes.count <= limit else { throw .doesNotFit(field: field, limit: limit, found: bytes.count) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalid(field: field, reason: "not UTF-8")
        }
        return text
    }
}

/// One option of a request or of an option acknowledgement (RFC 2347). Names are lower case: EDK2 compares exactly.
package struct TFTPOption: Sendable, Hashable {
    package static let blockSize = "blksize"
    package static let transferSize = "tsize"
    package static let timeout = "timeout"
    package static let windowSize = "windowsize"

    private static let countLimit = 16

    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name.lowercased()
        self.value = value
    }

    package init(_ name: String, _ value: Int) {
        self.init(name, String(value))
    }

    /// The value as a whole number without a sign; nil for anything else.
    package var number: Int? {
        guard !value.isEmpty, value.utf8.count <= 15, value.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(value)
    }

    static func list(_ reader: inout ByteReader) throws(WireError) -> [TFTPOption] {
        var options: [TFTPOption] = []
        // A request padded with zeros has an empty name here; nothing follows it.
        while reader.remaining > 0, reader.rest.first != 0 {
            guard options.count < countLimit else { throw .invalid(field: "the options", reason: "too many") }
            let name = try TFTPRequest.text(&reader, "an option's name", limit: 64)
            options.append(TFTPOption(name, try TFTPRequest.text(&reader, "an option's value", limit: 255)))
        }
        return options
    }

    func serialized() -> [UInt8] {
        Array(name.utf8) + [0] + Array(value.utf8) + [0]
    }
}

/// The number of a TFTP error (RFC 1350 §5, RFC 2347).
package struct TFTPErrorCode: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let undefined = Self(rawValue: 0)
    package static let notFound = Self(rawValue: 1)
    package static let accessViolation = Self(rawValue: 2)
    package static let illegalOperation = Self(rawValue: 4)
    package static let unknownTransfer = Self(rawValue: 5)
    package static let optionRefused = Self(rawValue: 8)
}
