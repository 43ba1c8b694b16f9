/// The options of a DHCP packet, in the order in which they stand or shall stand on the wire.
///
/// Fragments of one option are joined on reading and split on writing (RFC 3396).
package struct DHCPOptions: Sendable, Hashable {
    /// One option: a number and its bytes, which may be longer than 255.
    package struct Option: Sendable, Hashable {
        package let code: DHCPOptionCode
        package var bytes: [UInt8]
    }

    package private(set) var all: [Option] = []

    package init() {}

    package init(_ pairs: KeyValuePairs<DHCPOptionCode, [UInt8]>) {
        for (code, bytes) in pairs { self[code] = bytes }
    }

    /// The bytes of an option. Setting one that is not there yet puts it last; setting nil removes it.
    package subscript(code: DHCPOptionCode) -> [UInt8]? {
        get { all.first { $0.code == code }?.bytes }
        set {
            let index = all.firstIndex { $0.code == code }
            switch (index, newValue) {
            case (let index?, let bytes?): all[index].bytes = bytes
            case (let index?, nil): all.remove(at: index)
            case (nil, let bytes?): all.append(Option(code: code, bytes: bytes))
            case (nil, nil): break
            }
        }
    }

    /// Appends to the option that has this number, as RFC 3396 asks for a repeated option.
    mutating func join(_ code: DHCPOptionCode, _ bytes: ArraySlice<UInt8>) {
        if let index = all.firstIndex(where: { $0.code == code }) {
            all[index].bytes += bytes
        } else {
            all.append(Option(code: code, bytes: Array(bytes)))
        }
    }

    /// Reads `code length bytes` triples up to the end option or the end of the field.
    mutating func read(_ field: ArraySlice<UInt8>) throws(WireError) {
        var reader = ByteReader(field)
        while reader.remaining > 0 {
            let code = DHCPOptionCode(rawValue: try reader.byte("an option"))
            if code == .pad { continue }
            if code == .end { return }
            let length = Int(try reader.byte("the length of option \(code.rawValue)"))
            join(code, try reader.take(length, "option \(code.rawValue)"))
        }
    }

    /// The triples, the relay agent option last (RFC 3046 §2.2), and the end option.
    func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        let ordered = all.filter { $0.code != .relayAgent } + all.filter { $0.code == .relayAgent }
        for option in ordered {
            var rest = option.bytes[...]
            repeat {
                let part = rest.prefix(255)
                bytes += [option.code.rawValue, UInt8(part.count)] + part
                rest = rest.dropFirst(255)
            } while !rest.isEmpty
        }
        bytes.append(DHCPOptionCode.end.rawValue)
        return bytes
    }
}
