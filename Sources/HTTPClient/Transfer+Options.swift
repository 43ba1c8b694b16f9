import CCurl
import CShims
import Core

extension Transfer {
    /// Turns the plan into libcurl options.
    ///
    /// - Returns: what libcurl refused.
    func configure() -> Fault? {
        setCallbacks()
        setConnection()
        setTLS()
        setRequest()
        setBody()
        let code = easy.firstFailure
        guard code != CURLE_OK else { return nil }
        return curlFault(code, easy.reason(code), plan.request.url)
    }

    private func setCallbacks() {
        let user = Unmanaged.passUnretained(self).toOpaque()
        easy.note(
            shim_curl_set_callbacks(
                easy.raw,
                { bytes, size, count, user in
                    guard let user else { return 0 }
                    let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
                    return transfer.receivedBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
                },
                { bytes, size, count, user in
                    guard let user else { return 0 }
                    let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
                    let taken = transfer.receivedLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
                    return taken ? size * count : 0
                },
                { bytes, size, count, user in
                    guard let user else { return Int(CURL_READFUNC_ABORT) }
                    let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
                    return transfer.supply(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
                }, user))
    }

    private func setConnection() {
        let request = plan.request
        easy.set(CURLOPT_NOSIGNAL, 1)
        easy.set(CURLOPT_URL, request.url)
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        easy.set(CURLOPT_BUFFERSIZE, 64 << 10)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, Int(request.connectTimeout.milliseconds))
        if let timeout = plan.timeout { easy.set(CURLOPT_TIMEOUT_MS, max(1, Int(timeout.milliseconds))) }
        easy.set(CURLOPT_TCP_KEEPALIVE, 1)
        easy.set(CURLOPT_TCP_KEEPIDLE, 20)
        easy.set(CURLOPT_TCP_KEEPINTVL, 10)
        if let place = request.connectTo {
            let host = place.host.contains(":") && !place.host.hasPrefix("[") ? "[\(place.host)]" : place.host
            easy.set(CURLOPT_CONNECT_TO, list: ["::\(host):\(place.port)"])
        }
        switch request.proxy {
        case .environment: break
        case .none: easy.set(CURLOPT_PROXY, "")
        case .url(let url): easy.set(CURLOPT_PROXY, url)
        }
        easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if plan.handshakeOnly { easy.set(CURLOPT_CONNECT_ONLY, 1) }
        if needsOwnConnection {
            easy.set(CURLOPT_FRESH_CONNECT, 1)
            easy.set(CURLOPT_FORBID_REUSE, 1)
            easy.set(CURLOPT_SSL_SESSIONID_CACHE, 0)
        }
        easy.set(CURLOPT_HTTP_VERSION, httpVersion(request.version))
    }

    /// libcurl 7.88 cannot send a second request over an HTTP/2 connection in clear text.
    private var needsOwnConnection: Bool {
        let request = plan.request
        return request.freshConnection || plan.handshakeOnly || request.tls.trust == .unverified
            || request.version == .http2PriorKnowledge
    }

    private func httpVersion(_ version: HTTPRequest.Version) -> Int {
        switch version {
        case .automatic: CURL_HTTP_VERSION_2TLS
        case .http1: CURL_HTTP_VERSION_1_1
        case .http2: CURL_HTTP_VERSION_2TLS
        case .http2PriorKnowledge: CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
        }
    }

    private func setTLS() {
        let tls = plan.request.tls
        easy.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        switch tls.trust {
        case .system: break
        case .authorities(let pem):
            easy.set(CURLOPT_CAINFO, nil)
            easy.set(CURLOPT_CAPATH, nil)
            easy.set(CURLOPT_CAINFO_BLOB, blob: pem)
        case .pinned(let pins):
            setUnverified()
            easy.set(CURLOPT_PINNEDPUBLICKEY, pins.map { "sha256//\($0)" }.joined(separator: ";"))
        case .unverified:
            setUnverified()
            easy.set(CURLOPT_CERTINFO, 1)
        }
        guard let identity = tls.identity else { return }
        easy.set(CURLOPT_SSLCERTTYPE, "PEM")
        easy.set(CURLOPT_SSLKEYTYPE, "PEM")
        easy.set(CURLOPT_SSLCERT_BLOB, blob: identity.certificatePEM)
        easy.set(CURLOPT_SSLKEY_BLOB, blob: identity.keyPEM.revealed)
    }

    private func setUnverified() {
        easy.set(CURLOPT_SSL_VERIFYPEER, 0)
        easy.set(CURLOPT_SSL_VERIFYHOST, 0)
    }

    private func setRequest() {
        let request = plan.request
        var lines = ["Expect:"]
        if request.headers["user-agent"] == nil { easy.set(CURLOPT_USERAGENT, plan.userAgent) }
        if request.headers["content-type"] == nil { lines.append("Content-Type:") }
        if request.headers["accept"] == nil { lines.append("Accept: */*") }
        for field in request.headers {
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        easy.set(CURLOPT_HTTPHEADER, list: lines)
        if request.allowedRedirects > 0 {
            easy.set(CURLOPT_FOLLOWLOCATION, 1)
            easy.set(CURLOPT_MAXREDIRS, request.allowedRedirects)
            easy.set(CURLOPT_REDIR_PROTOCOLS_STR, request.url.hasPrefix("https:") ? "https" : "http,https")
        }
    }

    private func setBody() {
        let request = plan.request
        switch (request.body, request.method) {
        case (.none, .get): easy.set(CURLOPT_HTTPGET, 1)
        case (.none, .head): easy.set(CURLOPT_NOBODY, 1)
        case (.none, .post), (.none, .put), (.none, .patch):
            easy.setBody([])
            easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case (.none, _): easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case (.bytes(let bytes), let method) where method.isIdempotent || bytes.isEmpty:
            easy.setBody(bytes)
            easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue)
        case (.bytes(let bytes), _): setUpload(bytes.count)
        case (.stream(let source), _): setUpload(source.length)
        }
    }

    /// A body that is read through the callback. libcurl cannot read it a second time, and so does not send the request
    /// again by itself when a reused connection turns out to be closed.
    private func setUpload(_ length: Int?) {
        easy.set(CURLOPT_UPLOAD, 1)
        if let length { easy.set(CURLOPT_INFILESIZE_LARGE, offset: length) }
        easy.set(CURLOPT_CUSTOMREQUEST, plan.request.method.rawValue)
    }
}
