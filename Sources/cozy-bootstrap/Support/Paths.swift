import Core
import Glibc

/// Where the operator's own files are looked for.
enum Paths {
    /// The directory whose files take the place of the embedded ones of the same name.
    static var configuration: String? {
        if let named = getenv("COZY_BOOTSTRAP_CONFIG") { return String(cString: named) }
        return FileStore.exists("/etc/cozy-bootstrap") ? "/etc/cozy-bootstrap" : nil
    }
}
