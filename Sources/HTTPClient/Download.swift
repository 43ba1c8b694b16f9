/// What a finished download is.
package struct DownloadResult: Sendable, Hashable {
    package var bytes: Int
    /// Lower-case hexadecimal.
    package var sha256: String
    /// How many of the bytes were there from an earlier, interrupted download.
    package var resumedFrom: Int
}

/// How far a download is.
package struct DownloadProgress: Sendable, Hashable {
    package var received: Int
    /// nil while the server has not said.
    package var total: Int?
}
