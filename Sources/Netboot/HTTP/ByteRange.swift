/// The answer to a `Range` header (RFC 9110 §14).
enum ByteRange: Sendable, Hashable {
    /// No range, one that is malformed, or several: the whole content.
    case whole
    case part(Range<Int>)
    /// Nothing of the content was asked for: status 416.
    case unsatisfiable

    init(_ header: String?, length: Int) {
        self = header.flatMap { Self.parse($0, length) } ?? .whole
    }

    private static func parse(_ header: String, _ length: Int) -> ByteRange? {
        let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].trimmed.lowercased() == "bytes" else { return nil }
        let bounds = parts[1].trimmed.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return nil }
        switch (bounds[0].isEmpty, bounds[1].isEmpty) {
        case (true, true):
            return nil
        case (true, false):
            guard let count = number(bounds[1]) else { return nil }
            return count == 0 || length == 0 ? .unsatisfiable : .part(max(0, length - count)..<length)
        case (false, true):
            guard let first = number(bounds[0]) else { return nil }
            return first < length ? .part(first..<length) : .unsatisfiable
        case (false, false):
            guard let first = number(bounds[0]), let last = number(bounds[1]), first <= last else { return nil }
            return first < length ? .part(first..<min(last, length - 1) + 1) : .unsatisfiable
        }
    }

    /// Digits only; a number too large to be true counts as the largest.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return Int(text) ?? Int.max - 1
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
