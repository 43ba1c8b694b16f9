import Core
import Glibc
import NIOCore

/// What a path stands for.
struct ServedContent: Sendable {
    enum Source: Sendable {
        case bytes([UInt8])
        case file(NIOFileHandle, size: Int)
    }

    var source: Source
    var type: String
    var validators = Preconditions(entityTag: nil, lastModified: nil)
    /// Whether caches may keep it. Scripts and machine configs are for one machine at one moment.
    var isStored = true
    /// Set for assets: told as progress.
    var assetName: String?

    var length: Int {
        switch source {
        case .bytes(let bytes): bytes.count
        case .file(_, let size): size
        }
    }

    /// Ends the use of the file.
    func close() {
        if case .file(let handle, _) = source { try? handle.close() }
    }

    static func script(_ text: String) -> ServedContent {
        ServedContent(source: .bytes(Array(text.utf8)), type: "text/plain; charset=utf-8", isStored: false)
    }

    /// Opens an asset.
    ///
    /// - Throws: ``Fault`` `notFound` when the file is gone or is no regular file.
    static func asset(_ asset: NetbootAsset) throws(Fault) -> ServedContent {
        let descriptor = open(asset.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            if descriptor >= 0 { Glibc.close(descriptor) }
            throw Fault(.notFound, "the asset \(asset.name) cannot be opened", at: asset.path)
        }
        let size = Int(status.st_size)
        let modified = status.st_mtim
        let tag = asset.sha256 ?? "\(size)-\(modified.tv_sec)-\(modified.tv_nsec)"
        return ServedContent(
            source: .file(NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor), size: size),
            type: contentType(asset.name),
            validators: Preconditions(entityTag: "\"\(tag)\"", lastModified: httpDate(modified.tv_sec)),
            assetName: asset.name)
    }

    static func contentType(_ name: String) -> String {
        if name.hasSuffix(".efi") { return "application/efi" }
        return name.hasSuffix(".ipxe") ? "text/plain; charset=utf-8" : "application/octet-stream"
    }

    /// IMF-fixdate (RFC 9110 §5.6.7).
    private static func httpDate(_ seconds: time_t) -> String {
        var seconds = seconds
        var fields = tm()
        gmtime_r(&seconds, &fields)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let date = "\(two(fields.tm_mday)) \(months[Int(fields.tm_mon)]) \(fields.tm_year + 1900)"
        let time = "\(two(fields.tm_hour)):\(two(fields.tm_min)):\(two(fields.tm_sec))"
        return "\(days[Int(fields.tm_wday)]), \(date) \(time) GMT"
    }
}
