/// What a finished download is.
package struct DownloadResult: Sendable, Hashable {
    package var bytes: Int
    /// Lower-case hexadecimal.
    package var sha256: String
    /// How many of the bytes were there from an earlier, interrupted download.
    package var resumedFrom: Int

    package init(bytes: Int, sha256: String, resumedFrom: Int) {
        self.bytes = bytes
        self.sha256 = sha256
        self.resumedFrom = resumedFrom
    }
}

/// How far a download is.
package struct DownloadProgress: Sendable, Hashable {
    package var received: Int
    /// nil while the server has not said.
    package var total: Int?

    package init(received: Int, total: Int?) {
        self.received = received
        self.total = total
    }
}
