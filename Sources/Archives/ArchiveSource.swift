import CArchive
import Core

/// Where an archive's bytes come from while libarchive pulls them. It keeps each chunk alive until the next is asked for.
final class ArchiveSource {
    private let pull: () throws -> [UInt8]?
    private var chunk = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// What `pull` threw; libarchive only learns that the read failed.
    private(set) var failure: (any Error)?

    init(_ pull: @escaping () throws -> [UInt8]?) {
        self.pull = pull
    }

    deinit { chunk.deallocate() }

    /// The next bytes; an empty buffer at the end, nil when the source failed.
    fileprivate func next() -> UnsafeRawBufferPointer? {
        do {
            var bytes = try pull()
            // An empty chunk would mean the end to libarchive.
            while bytes?.isEmpty == true { bytes = try pull() }
            chunk.deallocate()
            chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes?.count ?? 0, alignment: 16)
            if let bytes { chunk.copyBytes(from: bytes) }
            return UnsafeRawBufferPointer(chunk)
        } catch {
            failure = error
            return nil
        }
    }

    /// Opens an archive on this source, which must outlive it.
    func open(_ archive: OpaquePointer) -> Int32 {
        archive_read_open(
            archive, Unmanaged.passUnretained(self).toOpaque(), nil,
            { _, context, buffer in
                guard let context, let buffer else { return -1 }
                let source = Unmanaged<ArchiveSource>.fromOpaque(context).takeUnretainedValue()
                guard let bytes = source.next() else { return -1 }
                buffer.pointee = bytes.baseAddress
                return bytes.count
            }, nil)
    }
}
