import Core

/// Refuses entries that could write outside the directory they are unpacked to.
struct EntryCheck {
    private let archive: String
    private let limits: ArchiveLimits
    private var links: Set<[String]> = []

    init(archive: String, limits: ArchiveLimits) {
        self.archive = archive
        self.limits = limits
    }

    /// The parts of an entry's path; empty for the root.
    ///
    /// - Throws: ``Fault`` `refused` for absolute paths, `..`, zero bytes, and paths below a symbolic link.
    func parts(_ path: String) throws(Fault) -> [String] {
        guard path.utf8.count <= limits.pathLength else {
            throw refuse(String(path.prefix(80)) + "…", "its path is longer than \(limits.pathLength) bytes")
        }
        guard !path.hasPrefix("/") else { throw refuse(path, "its path is absolute") }
        guard !path.utf8.contains(0) else { throw refuse(path, "its path holds a zero byte") }
        let parts = path.split(separator: "/").filter { $0 != "." }.map(String.init)
        guard !parts.contains("..") else { throw refuse(path, "its path holds ..") }
        for count in parts.indices where links.contains(Array(parts[..<count])) {
            throw refuse(path, "its path goes through a symbolic link of the archive")
        }
        return parts
    }

    /// Remembers a symbolic link, after checking that it cannot lead out.
    ///
    /// `..` may stand only in front of a target: behind a name it would depend on where that name leads.
    mutating func admitLink(_ parts: [String], target: String) throws(Fault) {
        let path = parts.joined(separator: "/")
        guard !target.isEmpty, !target.hasPrefix("/"), !target.utf8.contains(0) else {
            throw refuse(path, "its target \"\(target)\" is not relative")
        }
        let steps = target.split(separator: "/").filter { $0 != "." }
        let ups = steps.prefix { $0 == ".." }.count
        guard ups < parts.count, !steps.dropFirst(ups).contains("..") else {
            throw refuse(path, "its target \"\(target)\" leads out of the archive")
        }
        links.insert(parts)
    }

    func refuse(_ entry: String, _ why: String) -> Fault {
        Fault(.refused, "the archive's entry \"\(entry)\" is not accepted", at: archive, why: why)
    }
}
