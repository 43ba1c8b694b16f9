import Core
import FoundationEssentials
import Glibc

/// A directory of a test's own, removed with everything in it at the end.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/cozy-bootstrap-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Fault(.failed, "cannot make a temporary directory") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
