private import CEmbedded
package import Core

/// The files of `machineconfigs/`, `pxe/` and `releases/`, which are part of the binary.
///
/// A file of the same name below the configuration directory takes the place of the embedded one.
package struct Embedded: Sendable {
    private let overrides: String?

    /// - Parameter overrides: the configuration directory, for example `/etc/cozy-bootstrap`.
    package init(overrides: String? = nil) {
        self.overrides = overrides
    }

    /// The bytes of a file.
    ///
    /// - Parameter name: the path below the package's root, for example `pxe/boot.ipxe`.
    /// - Throws: ``Fault`` `notFound` when neither an override nor an embedded file has that name.
    package func bytes(_ name: String) throws(Fault) -> [UInt8] {
        if let overrides, FileStore.exists("\(overrides)/\(name)") {
            return try FileStore.read("\(overrides)/\(name)")
        }
        for file in Self.files() where String(cString: file.name) == name {
            return Array(UnsafeBufferPointer(start: file.bytes, count: file.length))
        }
        throw Fault(.notFound, "no file \(name) is part of this binary")
    }

    package func text(_ name: String) throws(Fault) -> String {
        guard let text = String(validating: try bytes(name), as: UTF8.self) else {
            throw Fault(.corrupted, "the file is not UTF-8", at: name)
        }
        return text
    }

    /// The names of all embedded files, sorted.
    package static var names: [String] {
        files().map { String(cString: $0.name) }.sorted()
    }

    private static func files() -> [cembedded_file] {
        (0...).lazy.map(cembedded_file_at).prefix { $0.name != nil }.map { $0 }
    }
}
