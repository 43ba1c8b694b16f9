import YAML

/// `machine.install.diskSelector`: every key given must match; globs for texts, comparisons for the size.
struct DiskSelector: Sendable, Hashable {
    let criteria: [String: String]

    init(_ node: Node) {
        let pairs = node.mapping?.compactMap { pair in
            pair.key.text.flatMap { key in pair.value.text.map { (key, $0) } }
        }
        criteria = Dictionary(pairs ?? [], uniquingKeysWith: { $1 })
    }

    /// The first disk that matches: real, writable, no CD.
    func first(in disks: [NodeDisk]) -> NodeDisk? { disks.first(where: matches) }

    func matches(_ disk: NodeDisk) -> Bool {
        !disk.transport.isEmpty && !disk.readOnly && !disk.isCD
            && criteria.allSatisfy { key, wanted in
                switch key {
                case "size": Self.compare(disk.size, wanted)
                case "model": Self.glob(wanted, disk.model)
                case "serial": Self.glob(wanted, disk.serial)
                case "wwid": Self.glob(wanted, disk.wwid)
                case "busPath": Self.glob(wanted, disk.busPath)
                case "modalias", "uuid": Self.glob(wanted, "")
                // A disk that does not rotate, which an NVMe disk does not either.
                case "type": wanted == "ssd" ? true : wanted == "nvme" ? disk.transport == "nvme" : false
                default: false
                }
            }
    }

    /// `>= 100GB`, `== 480103981056`, `<1TB`. Without an operator the sizes are equal.
    private static func compare(_ size: UInt64, _ text: String) -> Bool {
        let text = text.filter { !$0.isWhitespace }
        let sign = text.prefix { "<>=!".contains($0) }
        guard let wanted = bytes(text.dropFirst(sign.count)) else { return false }
        switch sign {
        case "", "==": return size == wanted
        case "!=": return size != wanted
        case "<": return size < wanted
        case "<=": return size <= wanted
        case ">": return size > wanted
        case ">=": return size >= wanted
        default: return false
        }
    }

    private static func bytes(_ text: Substring) -> UInt64? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = [
            "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 1024, "mib": 1_048_576,
            "gib": 1_073_741_824, "tib": 1_099_511_627_776,
        ]
        guard let number = Double(digits), let unit = units[text.dropFirst(digits.count).lowercased()] else {
            return nil
        }
        return UInt64(number * unit)
    }

    /// `*` and `?`; without them the texts are equal.
    static func glob(_ pattern: String, _ text: String) -> Bool {
        matches(Array(pattern.utf8)[...], Array(text.utf8)[...])
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        var (pattern, text) = (pattern, text)
        var star: (pattern: ArraySlice<UInt8>, text: ArraySlice<UInt8>)?
        while let byte = text.first {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                star = (pattern, text)
            } else if let wanted = pattern.first, wanted == byte || wanted == UInt8(ascii: "?") {
                pattern = pattern.dropFirst()
                text = text.dropFirst()
            } else if let last = star {
                pattern = last.pattern
                text = last.text.dropFirst()
                star = (pattern, text)
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
