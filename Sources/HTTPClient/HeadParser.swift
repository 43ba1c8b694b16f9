/// Gathers the header lines that libcurl hands out one by one, and knows which block is the answer: not an interim
/// response (1xx), not a redirect that is followed. What comes after the answer's block are trailers.
struct HeadParser {
    enum Step: Equatable {
        case more
        case head(status: Int, headers: HTTPHeaders, version: HTTPResponse.Version)
        case trailer(name: String, value: String)
        case refused(String)
    }

    private let limit: Int
    private let followsRedirects: Bool
    private var total = 0
    private var status = 0
    private var version = HTTPResponse.Version.http11
    private var headers = HTTPHeaders()
    private var isDelivered = false

    init(limit: Int, followsRedirects: Bool) {
        self.limit = limit
        self.followsRedirects = followsRedirects
    }

    /// Takes one line with its line end.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Step {
        total += bytes.count
        guard total <= limit else { return .refused("the response's header is larger than \(limit) bytes") }
        var line = bytes[...]
        while let last = line.last, last == 0x0D || last == 0x0A { line.removeLast() }
        if line.isEmpty { return endBlock() }
        if !isDelivered, line.starts(with: "HTTP/".utf8) { return takeStatus(text(line)) }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return .more }
        let name = text(line[..<colon])
        let value = text(trimmed(line[line.index(after: colon)...]))
        if isDelivered { return .trailer(name: name, value: value) }
        headers.append(name, value)
        return .more
    }

    private mutating func takeStatus(_ line: String) -> Step {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, let status = Int(parts[1]), 100...999 ~= status else {
            return .refused("the response's status line cannot be read")
        }
        self.status = status
        headers = HTTPHeaders()
        switch parts[0] {
        case "HTTP/2": version = .http2
        case "HTTP/1.0": version = .http10
        default: version = .http11
        }
        return .more
    }

    private mutating func endBlock() -> Step {
        guard !isDelivered, status >= 200 else { return .more }
        let isRedirect = [301, 302, 303, 307, 308].contains(status) && headers["location"] != nil
        guard !(isRedirect && followsRedirects) else { return .more }
        isDelivered = true
        return .head(status: status, headers: headers, version: version)
    }

    private func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }
}
