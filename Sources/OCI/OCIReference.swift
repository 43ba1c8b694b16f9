package import Core

/// Where an artifact or image is: `registry/repository:tag@sha256:…`, with or without `oci://` in front.
package struct OCIReference: Sendable, Hashable, CustomStringConvertible {
    /// Host and perhaps port.
    package var registry: String
    package var repository: String
    package var tag: String?
    /// Wins over the tag.
    package var digest: OCIDigest?

    package init(registry: String, repository: String, tag: String? = nil, digest: OCIDigest? = nil) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// Reads a reference. Names without a registry are Docker Hub's, as every container tool has it.
    ///
    /// - Throws: ``Fault`` `usage` with what is wrong.
    package init(_ text: String) throws(Fault) {
        func wrong(_ why: String) -> Fault { Fault(.usage, "\"\(text)\" is no OCI reference", why: why) }
        let scheme = "oci://"
        let isURL = text.hasPrefix(scheme)
        var rest = isURL ? text.dropFirst(scheme.count) : text[...]
        if let at = rest.firstIndex(of: "@") {
            guard let digest = OCIDigest(rest[rest.index(after: at)...]) else {
                throw wrong("what stands after @ is not sha256: and 64 hexadecimal digits")
            }
            self.digest = digest
            rest = rest[..<at]
        }
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            let tag = String(rest[rest.index(after: colon)...])
            guard Self.isTag(tag) else { throw wrong("\"\(tag)\" cannot be a tag") }
            self.tag = tag
            rest = rest[..<colon]
        }
        var parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1, isURL || Self.looksLikeHost(parts[0]) {
            registry = parts.removeFirst()
        } else {
            guard !isURL else { throw wrong("there is no repository behind the registry") }
            registry = "docker.io"
            if parts.count == 1 { parts.insert("library", at: 0) }
        }
        guard Self.isHost(registry) else { throw wrong("\"\(registry)\" cannot be a registry") }
        guard parts.allSatisfy(Self.isComponent), parts.joined(separator: "/").utf8.count <= 255 else {
            throw wrong("\"\(parts.joined(separator: "/"))\" cannot be a repository")
        }
        repository = parts.joined(separator: "/")
    }

    /// What is asked for behind `/manifests/`: the digest, else the tag, else `latest`.
    package var manifestName: String { digest?.description ?? tag ?? "latest" }

    package var description: String {
        "\(registry)/\(repository)" + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }

    private static func looksLikeHost(_ text: String) -> Bool {
        text == "localhost" || text.contains(".") || text.contains(":")
    }

    private static func isHost(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return false }
        let isName = name.utf8.allSatisfy {
            isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        return isName && (parts.count == 1 || UInt16(parts[1]).map { $0 > 0 } ?? false)
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
    private static func isComponent(_ text: String) -> Bool {
        let words = text.utf8.split(omittingEmptySubsequences: false) { !(0x61...0x7A ~= $0 || isDigit($0)) }
        guard text.utf8.first.map({ isLetter($0) || isDigit($0) }) ?? false, words.last?.isEmpty == false else {
            return false
        }
        guard text.utf8.allSatisfy({ 0x61...0x7A ~= $0 || isDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) }) else {
            return false
        }
        let bytes = Array(text.utf8)
        return !zip(bytes, bytes.dropFirst()).contains { pair in
            let separators: [UInt8] = [0x2D, 0x2E, 0x5F]
            guard separators.contains(pair.0), separators.contains(pair.1) else { return false }
            return pair.0 == 0x2E || pair.1 == 0x2E || pair.0 != pair.1
        }
    }

    private static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) || isDigit(first) || first == 0x5F else { return false }
        return text.utf8.count <= 128
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte || 0x41...0x5A ~= byte }
    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
