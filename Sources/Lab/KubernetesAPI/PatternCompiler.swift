/// The syntax tree of an expression.
indirect enum PatternNode: Sendable {
    case empty
    case scalars(ScalarClass)
    case start
    case end
    case wordBoundary(Bool)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    case `repeat`(PatternNode, minimum: Int, maximum: Int?)
}

/// Makes the instructions of a tree, from its end to its start.
struct PatternCompiler {
    private(set) var program: [Pattern.Instruction] = []
    private static let limit = 20_000

    mutating func emit(_ instruction: Pattern.Instruction) -> Int {
        program.append(instruction)
        return program.count - 1
    }

    /// The index of the first instruction; nil when the program grows beyond its limit.
    mutating func compile(_ node: PatternNode, next: Int) -> Int? {
        guard program.count < Self.limit else { return nil }
        switch node {
        case .empty: return next
        case .scalars(let scalars): return emit(.consume(scalars, next: next))
        case .start: return emit(.assertStart(next: next))
        case .end: return emit(.assertEnd(next: next))
        case .wordBoundary(let wanted): return emit(.assertWordBoundary(wanted, next: next))
        case .sequence(let parts):
            var following = next
            for part in parts.reversed() {
                guard let first = compile(part, next: following) else { return nil }
                following = first
            }
            return following
        case .alternatives(let parts):
            var first: Int?
            for part in parts.reversed() {
                guard let start = compile(part, next: next) else { return nil }
                first = first.map { emit(.split(start, $0)) } ?? start
            }
            return first ?? next
        case .repeat(let part, let minimum, let maximum):
            return compileRepeat(part, minimum: minimum, maximum: maximum, next: next)
        }
    }

    private mutating func compileRepeat(_ part: PatternNode, minimum: Int, maximum: Int?, next: Int) -> Int? {
        var following = next
        if let maximum {
            for _ in minimum..<max(minimum, maximum) {
                guard let first = compile(part, next: following) else { return nil }
                following = emit(.split(first, next))
            }
        } else {
            let loop = emit(.split(next, next))
            guard let first = compile(part, next: loop) else { return nil }
            program[loop] = .split(first, next)
            following = loop
        }
        for _ in 0..<minimum {
            guard let first = compile(part, next: following) else { return nil }
            following = first
        }
        return following
    }
}
