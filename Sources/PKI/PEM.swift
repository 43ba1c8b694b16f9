package import Core

/// Textual encoding of keys and certificates (RFC 7468): labelled Base64 of DER.
package enum PEM {
    package struct Block: Sendable, Hashable {
        /// The words after BEGIN, for example `CERTIFICATE`.
        package var label: String
        package var der: [UInt8]

        package init(label: String, der: [UInt8]) {
            self.label = label
            self.der = der
        }

        /// Lines of 64 characters, with a line break at the end.
        package var text: String {
            var text = "-----BEGIN \(label)-----\n"
            var rest = Base64.encode(der)[...]
            while !rest.isEmpty {
                text += rest.prefix(64) + "\n"
                rest = rest.dropFirst(64)
            }
            return text + "-----END \(label)-----\n"
        }
    }

    /// The most characters that are looked at.
    package static let limit = 1 << 20

    /// All blocks of a text; text outside of blocks is skipped.
    ///
    /// - Throws: ``Fault`` `corrupted` when a block does not end, is not Base64 or has headers (RFC 1421 encryption).
    package static func blocks(_ text: String) throws(Fault) -> [Block] {
        guard text.utf8.count <= limit else {
            throw Fault(.corrupted, "the PEM text is longer than \(limit) characters")
        }
        var blocks: [Block] = []
        var open: (label: String, body: String)?
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            if let current = open {
                if line == "-----END \(current.label)-----" {
                    blocks.append(try block(current.label, current.body))
                    open = nil
                } else {
                    open?.body += line
                }
            } else if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----"), line.utf8.count > 16 {
                open = (String(line.dropFirst(11).dropLast(5)), "")
            }
        }
        if let open { throw Fault(.corrupted, "the PEM block \(open.label) does not end") }
        return blocks
    }

    private static func block(_ label: String, _ body: String) throws(Fault) -> Block {
        guard !body.contains(":") else {
            throw Fault(
                .corrupted, "the PEM block \(label) has headers", why: "encrypted or annotated PEM is not supported",
                next: "decrypt it, for example with openssl pkey")
        }
        guard let der = Base64.decode(body), !der.isEmpty else {
            throw Fault(.corrupted, "the PEM block \(label) is not Base64")
        }
        return Block(label: label, der: der)
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line
        while let first = line.first, first == " " || first == "\t" { line.removeFirst() }
        while let last = line.last, last == " " || last == "\t" { line.removeLast() }
        return line
    }
}
