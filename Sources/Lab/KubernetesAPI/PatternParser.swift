/// Reads the text of an expression into its tree.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var offset = 0
    private var depth = 0
    private var ignoresCase = false

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    mutating func parse() -> PatternNode? {
        guard let node = alternatives(), offset == scalars.count else { return nil }
        return node
    }

    private var next: Unicode.Scalar? { offset < scalars.count ? scalars[offset] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        offset += 1
        return true
    }

    private mutating func alternatives() -> PatternNode? {
        depth += 1
        defer { depth -= 1 }
        guard depth < 100 else { return nil }
        var parts: [PatternNode] = []
        repeat {
            guard let part = sequence() else { return nil }
            parts.append(part)
        } while take("|")
        return parts.count == 1 ? parts[0] : .alternatives(parts)
    }

    private mutating func sequence() -> PatternNode? {
        var parts: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            guard let atom = atom(), let part = repetition(of: atom) else { return nil }
            parts.append(part)
        }
        return parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repetition(of atom: PatternNode) -> PatternNode? {
        var node = atom
        while let scalar = next {
            switch scalar {
            case "*": node = .repeat(node, minimum: 0, maximum: nil)
            case "+": node = .repeat(node, minimum: 1, maximum: nil)
            case "?": node = .repeat(node, minimum: 0, maximum: 1)
            case "{":
                guard let (minimum, maximum, end) = bounds() else { return node }
                guard max(minimum, maximum ?? 0) <= 1000, minimum <= maximum ?? minimum else { return nil }
                node = .repeat(node, minimum: minimum, maximum: maximum)
                offset = end - 1
            default: return node
            }
            offset += 1
            _ = take("?")
        }
        return node
    }

    /// `{2}`, `{2,}` or `{2,5}` at the present place, and where it ends. A brace that opens no count stands for itself.
    private func bounds() -> (Int, Int?, Int)? {
        guard let close = scalars[offset...].firstIndex(of: "}") else { return nil }
        let text = String(String.UnicodeScalarView(scalars[(offset + 1)..<close]))
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = parts.first.flatMap({ Int($0) }), first >= 0 else { return nil }
        if parts.count == 1 { return (first, first, close + 1) }
        guard parts.count == 2 else { return nil }
        if parts[1].isEmpty { return (first, nil, close + 1) }
        guard let last = Int(parts[1]) else { return nil }
        return (first, last, close + 1)
    }

    private mutating func atom() -> PatternNode? {
        guard let scalar = next else { return nil }
        offset += 1
        switch scalar {
        case "(": return group()
        case "[": return bracket().map(PatternNode.scalars)
        case ".": return .scalars(.anyButNewline)
        case "^": return .start
        case "$": return .end
        case "\\": return escape()
        case "*", "+", "?": return nil
        default: return .scalars(single(scalar))
        }
    }

    private mutating func group() -> PatternNode? {
        let outerCase = ignoresCase
        if take("?") {
            while let flag = next, flag != ":", flag != ")" {
                offset += 1
                switch flag {
                case "i": ignoresCase = true
                case "P", "<":
                    while let scalar = next, scalar != ">" { offset += scalar == ">" ? 0 : 1 }
                    guard take(">") else { return nil }
                    return closed(restoring: outerCase)
                case "s", "m", "U": continue
                default: return nil
                }
            }
            if take(")") { return .empty }
            guard take(":") else { return nil }
        }
        return closed(restoring: outerCase)
    }

    private mutating func closed(restoring outerCase: Bool) -> PatternNode? {
        guard let node = alternatives(), take(")") else { return nil }
        ignoresCase = outerCase
        return node
    }

    private func single(_ scalar: Unicode.Scalar) -> ScalarClass {
        var ranges = [scalar.value...scalar.value]
        if ignoresCase, scalar.isASCII, scalar.properties.isAlphabetic {
            let other = scalar.value ^ 0x20
            ranges.append(other...other)
        }
        return ScalarClass(ranges: ranges)
    }

    private mutating func escape() -> PatternNode? {
        guard let scalar = next else { return nil }
        switch scalar {
        case "A", "z":
            offset += 1
            return scalar == "A" ? .start : .end
        case "b", "B":
            offset += 1
            return .wordBoundary(scalar == "b")
        default: return escapedClass().map(PatternNode.scalars)
        }
    }

    /// What stands behind a backslash, in or outside of brackets.
    private mutating func escapedClass() -> ScalarClass? {
        guard let scalar = next else { return nil }
        offset += 1
        switch scalar {
        case "d": return .digit
        case "D": return ScalarClass(ranges: ScalarClass.digit.ranges, isNegated: true)
        case "w": return .word
        case "W": return ScalarClass(ranges: ScalarClass.word.ranges, isNegated: true)
        case "s": return .space
        case "S": return ScalarClass(ranges: ScalarClass.space.ranges, isNegated: true)
        case "n": return single("\n")
        case "r": return single("\r")
        case "t": return single("\t")
        case "f": return single("\u{0C}")
        case "v": return single("\u{0B}")
        case "x": return hexadecimal()
        default:
            guard !scalar.properties.isAlphabetic, !("0"..."9" ~= scalar) else { return nil }
            return single(scalar)
        }
    }

    private mutating func hexadecimal() -> ScalarClass? {
        let digits: ArraySlice<Unicode.Scalar>
        if take("{") {
            guard let close = scalars[offset...].firstIndex(of: "}") else { return nil }
            digits = scalars[offset..<close]
            offset = close + 1
        } else {
            guard offset + 2 <= scalars.count else { return nil }
            digits = scalars[offset..<offset + 2]
            offset += 2
        }
        let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
        return value.flatMap(Unicode.Scalar.init).map(single)
    }

    private mutating func bracket() -> ScalarClass? {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            guard let low = member() else { return nil }
            guard next == "-", offset + 1 < scalars.count, scalars[offset + 1] != "]", low.isSingle else {
                ranges += low.positiveRanges
                continue
            }
            offset += 1
            guard let high = member(), high.isSingle, let from = low.ranges.first, let to = high.ranges.first,
                from.lowerBound <= to.lowerBound
            else { return nil }
            ranges.append(from.lowerBound...to.lowerBound)
        }
        guard take("]") else { return nil }
        return ScalarClass(ranges: ranges, isNegated: isNegated)
    }

    private mutating func member() -> ScalarClass? {
        guard let scalar = next else { return nil }
        if scalar == "[", offset + 1 < scalars.count, scalars[offset + 1] == ":" { return posixClass() }
        offset += 1
        return scalar == "\\" ? escapedClass() : single(scalar)
    }

    private mutating func posixClass() -> ScalarClass? {
        let names: [(String, ScalarClass)] = [
            ("[:alnum:]", ScalarClass(ranges: [0x30...0x39, 0x41...0x5A, 0x61...0x7A])),
            ("[:alpha:]", ScalarClass(ranges: [0x41...0x5A, 0x61...0x7A])), ("[:digit:]", .digit),
            ("[:lower:]", ScalarClass(ranges: [0x61...0x7A])), ("[:upper:]", ScalarClass(ranges: [0x41...0x5A])),
            ("[:space:]", ScalarClass(ranges: [0x09...0x0D, 0x20...0x20])), ("[:word:]", .word),
            ("[:punct:]", ScalarClass(ranges: [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])),
            ("[:xdigit:]", ScalarClass(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66])),
        ]
        for (name, scalarClass) in names where scalars[offset...].starts(with: name.unicodeScalars) {
            offset += name.unicodeScalars.count
            return scalarClass
        }
        return nil
    }
}

extension ScalarClass {
    /// One letter, in one or both cases.
    fileprivate var isSingle: Bool {
        !isNegated && 1...2 ~= ranges.count && ranges.allSatisfy { $0.count == 1 }
    }

    /// The same set without negation.
    fileprivate var positiveRanges: [ClosedRange<UInt32>] {
        guard isNegated else { return ranges }
        var complement: [ClosedRange<UInt32>] = []
        var from: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > from { complement.append(from...(range.lowerBound - 1)) }
            from = max(from, range.upperBound + 1)
        }
        if from <= 0x10FFFF { complement.append(from...0x10FFFF) }
        return complement
    }
}
