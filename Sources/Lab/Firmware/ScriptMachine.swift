/// An interpreter for iPXE scripts, without any network: it says what it needs done and goes on with how that went.
///
/// The subset is what boot servers write; a command that is not built in fails as it does in iPXE.
struct ScriptMachine: Sendable {
    /// What the script wants from its surroundings.
    enum Effect: Sendable, Hashable {
        case fetchScript(BootURL)
        /// Load an image and keep it under a name.
        case fetchImage(BootURL, name: String)
        /// Ask DHCP again.
        case configureNetwork
        case sleep(seconds: Double)
        case end(Ending)
    }

    enum Ending: Sendable, Hashable {
        /// Jump into a kernel. Names are those of the images fetched.
        case boot(kernel: String, arguments: String, initrds: [String])
        /// Back to the firmware, which tries its next boot entry.
        case exit
        /// The script went wrong; iPXE ends with an error, and the firmware goes on as after `exit`.
        case failed(String)
        case bootDisk
        case reboot
        case powerOff
    }

    /// How an effect went.
    enum Outcome: Sendable, Hashable {
        case success
        case failure(String)
        case script(String)
    }

    struct Frame: Sendable {
        let lines: [String]
        let base: BootURL
        var next = 0
    }

    struct Image: Sendable, Hashable {
        let name: String
        var arguments: String
        var isKernel: Bool
    }

    /// A script of more lines, deeper chains, or more steps than these is refused.
    static let lineLimit = 4096
    static let depthLimit = 16
    static let stepLimit = 20_000

    var variables: ScriptVariables
    let isUEFI: Bool
    var frames: [Frame] = []
    var images: [Image] = []
    /// The rest of the line that waits for an effect, and what the effect belongs to.
    var pendingLine: [String] = []
    var pendingImage: Image?
    var pendingReplace = false
    private var steps = 0

    init(variables: ScriptVariables, isUEFI: Bool) {
        self.variables = variables
        self.isUEFI = isUEFI
    }

    /// Begins with the script at a URL.
    mutating func start(_ script: String, at url: BootURL) -> Effect {
        if let error = push(script, at: url) { return .end(.failed(error)) }
        return run()
    }

    /// Goes on after an effect.
    mutating func resume(_ outcome: Outcome) -> Effect {
        let line = pendingLine
        pendingLine = []
        switch outcome {
        case .success:
            if let image = pendingImage {
                if image.isKernel { for index in images.indices { images[index].isKernel = false } }
                images.append(image)
            }
            pendingImage = nil
            return proceed(line, after: nil)
        case .failure(let error):
            pendingImage = nil
            return proceed(line, after: error)
        case .script(let text):
            guard let base = pendingBase else { return .end(.failed("no script was asked for")) }
            pendingBase = nil
            if let error = push(text, at: base) { return proceed(line, after: error) }
            if pendingReplace, frames.count > 1 {
                // The new script takes the place of the one that asked for it.
                frames.remove(at: frames.count - 2)
            } else {
                continuations.append(line)
            }
            return run()
        }
    }

    var pendingBase: BootURL?
    /// For each chained script, the rest of the line that chained it.
    private var continuations: [[String]] = []

    private mutating func push(_ script: String, at url: BootURL) -> String? {
        let lines = script.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        guard let first = lines.first, first.hasPrefix("#!ipxe") || first.hasPrefix("#!gpxe") else {
            return "Exec format error (not an iPXE script)"
        }
        guard lines.count <= Self.lineLimit else { return "the script has more than \(Self.lineLimit) lines" }
        guard frames.count < Self.depthLimit else { return "scripts are chained more than \(Self.depthLimit) deep" }
        variables["cwduri"] = url.resolving("./")?.description
        frames.append(Frame(lines: lines, base: url, next: 1))
        return nil
    }

    /// Runs lines until something has to be done outside.
    private mutating func run() -> Effect {
        while let frame = frames.last {
            steps += 1
            guard steps < Self.stepLimit else { return .end(.failed("the script goes in circles")) }
            guard frame.next < frame.lines.count else {
                if let effect = leave(error: nil) { return effect }
                continue
            }
            frames[frames.count - 1].next += 1
            let line = frame.lines[frame.next].trimmed
            guard !line.isEmpty, !line.hasPrefix("#"), !line.hasPrefix(":") else { continue }
            let words = variables.expand(line).split(whereSeparator: \.isWhitespace).map(String.init)
            if let effect = execute(words) { return effect }
        }
        return .end(.exit)
    }

    /// Runs the commands of a line, joined by `||`, `&&` and `;`.
    ///
    /// - Returns: nil when the line is done and the script goes on.
    private mutating func execute(_ words: [String]) -> Effect? {
        var rest = words[...]
        while !rest.isEmpty {
            let command = Array(rest.prefix { !["||", "&&", ";"].contains($0) })
            rest = rest.dropFirst(command.count)
            let result = perform(command)
            if case .effect(let effect) = result {
                pendingLine = Array(rest)
                return effect
            }
            var error: String?
            if case .failed(let text) = result { error = text }
            guard let next = Self.skip(Array(rest), error: &error) else {
                return error.flatMap { fail($0) }
            }
            rest = next[...]
        }
        return nil
    }

    /// Goes on with the rest of a line once the outcome of its last command is known.
    private mutating func proceed(_ rest: [String], after error: String?) -> Effect {
        var error = error
        if let next = Self.skip(rest, error: &error) {
            if let effect = execute(next) { return effect }
        } else if let error, let effect = fail(error) {
            return effect
        }
        return run()
    }

    /// The commands that follow, given how the one before ended; nil when none does. What `||` guards counts as done
    /// when it is skipped.
    private static func skip(_ rest: [String], error: inout String?) -> [String]? {
        var rest = rest[...]
        while let separator = rest.first {
            rest = rest.dropFirst()
            let runs = separator == ";" || (separator == "&&") == (error == nil)
            if runs {
                error = nil
                return Array(rest)
            }
            rest = rest.drop { !["||", "&&", ";"].contains($0) }
        }
        return nil
    }

    /// An error that nothing on its line has caught ends the script, and the command that had chained it.
    private mutating func fail(_ error: String) -> Effect? {
        leave(error: error)
    }

    /// Ends the innermost script.
    ///
    /// - Returns: nil when an outer one goes on.
    mutating func leave(error: String?, isExit: Bool = false) -> Effect? {
        guard frames.popLast() != nil, !frames.isEmpty, let line = continuations.popLast() else {
            frames = []
            return .end(isExit ? .exit : error.map { .failed($0) } ?? .exit)
        }
        if let base = frames.last?.base { variables["cwduri"] = base.resolving("./")?.description }
        return proceed(line, after: error)
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
