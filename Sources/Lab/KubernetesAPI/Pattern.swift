/// A regular expression in the syntax of Go's RE2 as far as schemas use it, matched in time linear in the text.
///
/// Schemas and texts come from clients, so a backtracking matcher would let one request stop the server. This one
/// compiles to a small non-deterministic automaton and walks all of its states at once. Back-references and look-around
/// are not part of the syntax.
struct Pattern: Sendable {
    /// One instruction of the automaton.
    enum Instruction: Sendable {
        case match
        /// One scalar out of a class.
        case consume(ScalarClass, next: Int)
        case split(Int, Int)
        case assertStart(next: Int)
        case assertEnd(next: Int)
        case assertWordBoundary(Bool, next: Int)
    }

    private let program: [Instruction]
    private let start: Int

    /// - Returns: nil for a text that is no expression, or one that compiles to more than 20,000 instructions.
    init?(_ text: String) {
        var parser = PatternParser(text)
        guard let node = parser.parse() else { return nil }
        var compiler = PatternCompiler()
        let match = compiler.emit(.match)
        guard let start = compiler.compile(node, next: match) else { return nil }
        program = compiler.program
        self.start = start
    }

    /// Whether the expression matches anywhere in the text.
    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var current: [Int] = []
        var marks = [Int](repeating: -1, count: program.count)
        for position in 0...scalars.count {
            let place = Place(scalars: scalars, position: position)
            if add(start, to: &current, marks: &marks, at: place) { return true }
            guard position < scalars.count else { break }
            let states = current
            current.removeAll(keepingCapacity: true)
            let next = Place(scalars: scalars, position: position + 1)
            for state in states {
                guard case .consume(let scalars, let following) = program[state],
                    scalars.contains(place.scalars[position])
                else { continue }
                if add(following, to: &current, marks: &marks, at: next) { return true }
            }
        }
        return false
    }

    /// A position between two scalars.
    private struct Place {
        let scalars: [Unicode.Scalar]
        let position: Int

        var isWordBoundary: Bool {
            let before = position > 0 && ScalarClass.word.contains(scalars[position - 1])
            let after = position < scalars.count && ScalarClass.word.contains(scalars[position])
            return before != after
        }
    }

    /// Follows the instructions that consume nothing; true when the end of the expression is reached.
    private func add(_ first: Int, to states: inout [Int], marks: inout [Int], at place: Place) -> Bool {
        var stack = [first]
        while let index = stack.popLast() {
            guard marks[index] != place.position else { continue }
            marks[index] = place.position
            switch program[index] {
            case .match: return true
            case .consume: states.append(index)
            case .split(let one, let other): stack += [other, one]
            case .assertStart(let next): if place.position == 0 { stack.append(next) }
            case .assertEnd(let next): if place.position == place.scalars.count { stack.append(next) }
            case .assertWordBoundary(let wanted, let next):
                if place.isWordBoundary == wanted { stack.append(next) }
            }
        }
        return false
    }
}

/// A set of Unicode scalars: ranges, or all others.
struct ScalarClass: Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0 ~= scalar.value } != isNegated
    }

    static let digit = ScalarClass(ranges: [0x30...0x39])
    static let word = ScalarClass(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarClass(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    static let anyButNewline = ScalarClass(ranges: [0x0A...0x0A], isNegated: true)
}
