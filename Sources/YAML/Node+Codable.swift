import Core

extension Node: Codable {
    /// Reads any value from another format; from YAML the node itself is taken.
    package init(from decoder: any Decoder) throws {
        self.init(try JSON(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try json().encode(to: encoder)
    }
}
