/// Why a node does not take a machine configuration.
struct ConfigRejection: Error, Sendable, Hashable, CustomStringConvertible {
    enum Stage: Sendable, Hashable {
        /// The text is no configuration that this version of Talos can read.
        case loading
        /// The configuration is readable, but wrong, or wrong for this machine.
        case validation
    }

    let stage: Stage
    let description: String

    static func loading(_ text: String) -> ConfigRejection {
        ConfigRejection(stage: .loading, description: text)
    }

    /// All errors of one validation in one text.
    static func validation(_ errors: [String]) -> ConfigRejection {
        let bullets = errors.map { "\t* \($0)" }.joined(separator: "\n")
        let count = errors.count == 1 ? "1 error occurred" : "\(errors.count) errors occurred"
        return ConfigRejection(stage: .validation, description: "\(count):\n\(bullets)")
    }
}
