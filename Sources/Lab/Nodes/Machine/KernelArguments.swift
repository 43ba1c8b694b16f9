/// A kernel command line: words of the form `key` or `key=value`, in order, repeated keys kept.
struct KernelArguments: Sendable, Hashable, CustomStringConvertible {
    struct Argument: Sendable, Hashable {
        let key: String
        let value: String?
    }

    let description: String
    let all: [Argument]

    /// Splits at white space outside double quotes, as the kernel does.
    init(_ text: String) {
        var words: [String] = [""]
        var quoted = false
        for character in text {
            switch character {
            case "\"": quoted.toggle()
            case " ", "\t", "\n", "\r": if quoted { words[words.count - 1].append(character) } else { words.append("") }
            default: words[words.count - 1].append(character)
            }
        }
        description = words.filter { !$0.isEmpty }.joined(separator: " ")
        all = words.filter { !$0.isEmpty }.map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Argument(key: String(parts[0]), value: parts.count == 2 ? String(parts[1]) : nil)
        }
    }

    /// The value of the last argument with a key; empty for a key without a value, nil when the key is absent.
    subscript(key: String) -> String? { all.last { $0.key == key }.map { $0.value ?? "" } }

    func values(_ key: String) -> [String] { all.filter { $0.key == key }.compactMap(\.value) }
}
