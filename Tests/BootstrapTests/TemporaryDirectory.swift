import Core
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
        nftw(path, { name, _, _, _ in name.map { remove($0) } ?? 0 }, 16, depthFirst | physicalWalk)
    }
}

private let physicalWalk: Int32 = 1
private let depthFirst: Int32 = 8
