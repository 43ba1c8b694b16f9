/// A kind of text: how to recognise it, and what to tell someone who wrote something else.
struct TextFormat: Sendable {
    /// Why a text is refused, and what to write instead where that can be known.
    struct Advice: Sendable {
        var why: String?
        var next: String?

        init(_ why: String? = nil, next: String? = nil) {
            self.why = why
            self.next = next
        }
    }

    /// With its article: `an IPv4 address`.
    var kind: String
    var example: String
    /// A regular expression (ECMA-262) that every right text matches, for the schema.
    var pattern: String
    /// What is wrong with a text; nil when it is right.
    var advice: @Sendable (String) -> Advice?

    init(_ kind: String, example: String, pattern: String, _ advice: @escaping @Sendable (String) -> Advice?) {
        self.kind = kind
        self.example = example
        self.pattern = pattern
        self.advice = advice
    }
}

extension TextFormat {
    /// A DNS label (RFC 1123): the name of a node or a cluster.
    static let label = TextFormat(
        "a DNS label (RFC 1123)", example: "node-1", pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
    ) { text in
        isLabel(text)
            ? nil
            : Advice(
                "a DNS label (RFC 1123) has 1 to 63 characters a-z, 0-9 and '-', and neither begins nor ends with '-'",
                next: suggestion(text, as: labelled(text)))
    }

    /// A DNS name (RFC 1123) of one or more labels.
    static let domain = TextFormat(
        "a DNS name", example: "cozy.local",
        pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$"
    ) { text in
        isDomain(text)
            ? nil
            : Advice(
                "a DNS name consists of labels of a-z, 0-9 and '-' with dots between them",
                next: suggestion(text, as: domained(text)))
    }

    /// A DNS name or an IPv4 address.
    static let host = TextFormat("a DNS name or an IPv4 address", example: "time.cloudflare.com", pattern: "^[^/\\s]+$")
    {
        isDomain($0) || isIPv4($0) ? nil : Advice(next: suggestion($0, as: domained($0)))
    }

    /// An interface name of Linux.
    static let interface = TextFormat("the name of a network interface", example: "eth0", pattern: "^[^/\\s:]{1,15}$") {
        text in
        1...15 ~= text.utf8.count && !text.contains { "/: \t".contains($0) } ? nil : Advice()
    }

    static let absolutePath = TextFormat("an absolute path", example: "/etc/cozy-bootstrap/bmc", pattern: "^/") {
        text in
        text.hasPrefix("/")
            ? nil : Advice("a path here begins with '/', because the daemon has no directory of its own")
    }

    /// Text of one line that is not empty.
    static let line = TextFormat("text", example: "text", pattern: "^\\S(.*\\S)?$") { text in
        isLine(text) ? nil : Advice("it is empty, has line breaks, or begins or ends with a space")
    }

    static let version = TextFormat("a version", example: "v1.6.2", pattern: "^v?[0-9]+\\.[0-9]+\\.[0-9]+([-.+].*)?$") {
        text in
        let numbers = text.drop { $0 == "v" }.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        let isRight =
            numbers.count == 3 && numbers.prefix(2).allSatisfy { Int($0) != nil } && numbers[2].first?.isNumber == true
        return isRight ? nil : Advice("a version has three numbers")
    }

    static let kernelArgument = TextFormat("one kernel argument", example: "console=ttyS1,115200", pattern: "^\\S+$") {
        text in
        guard !text.isEmpty, !text.contains(where: \.isWhitespace) else {
            return Advice("it holds a space", next: "give each argument an element of its own")
        }
        return nil
    }

    /// A key of a Kubernetes label: an optional DNS prefix and a name of at most 63 characters.
    static let labelKey = TextFormat(
        "a label key", example: "topology.kubernetes.io/zone",
        pattern: "^([^/]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
    ) { text in
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let hasPrefix = parts.count == 2 && isDomain(String(parts[0]))
        return (parts.count == 1 || hasPrefix) && isLabelText(parts[parts.count - 1])
            ? nil
            : Advice("a label key is an optional DNS name and '/', then up to 63 letters, digits, '-', '_' and '.'")
    }

    static let labelValue = TextFormat(
        "a label value", example: "rack-7", pattern: "^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"
    ) { text in
        text.isEmpty || isLabelText(text[...])
            ? nil
            : Advice(
                "a label value has up to 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends")
    }
}

private func isASCII(_ byte: UInt8, in extra: String) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A: true
    default: extra.utf8.contains(byte)
    }
}

func isLabel(_ text: some StringProtocol) -> Bool {
    1...63 ~= text.utf8.count && text.utf8.allSatisfy { isASCII($0, in: "-") } && !text.hasPrefix("-")
        && !text.hasSuffix("-")
}

func isDomain(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    // A name whose last label is a number would be taken for an IPv4 address.
    return text.utf8.count <= 253 && labels.allSatisfy(isLabel) && labels.last.map { Int($0) == nil } == true
}

func isLine(_ text: String) -> Bool {
    guard let first = text.first, let last = text.last, text.utf8.count <= 256 else { return false }
    return !first.isWhitespace && !last.isWhitespace && !text.contains(where: \.isNewline)
}

private func isLabelText(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 63 else { return false }
    let extra = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return isASCII(first, in: extra) && isASCII(last, in: extra)
        && text.utf8.allSatisfy { isASCII($0, in: extra + "-_.") }
}

/// The text as a DNS label, as near as it comes; nil when nothing is left of it.
func labelled(_ text: some StringProtocol) -> String? {
    let mapped = text.lowercased().map { isLabel(String($0)) ? $0 : "-" }
    let trimmed = String(mapped).split(separator: "-").joined(separator: "-")
    return isLabel(trimmed) ? trimmed : nil
}

private func domained(_ text: String) -> String? {
    let labels = text.split(separator: ".").compactMap { labelled($0) }.joined(separator: ".")
    return isDomain(labels) ? labels : nil
}

private func suggestion(_ text: String, as right: String?) -> String? {
    right.map { "write \($0)" }
}
