import Core

/// The text of a file of the reference data beside the package.
func shared(_ name: String, root: String = #filePath) throws(Fault) -> String {
    let package = root.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    return try FileStore.readText("\(package)/../shared/\(name)")
}
