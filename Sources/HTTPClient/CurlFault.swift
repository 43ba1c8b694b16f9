import CCurl
import Core

/// libcurl's result as a fault, with the URL as its place.
func curlFault(_ code: CURLcode, _ reason: String, _ url: String) -> Fault {
    switch code {
    case CURLE_URL_MALFORMAT:
        Fault(.usage, "the URL cannot be used", at: url, why: reason)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
        Fault(.unreachable, "the host name does not resolve", at: url, why: reason)
    case CURLE_COULDNT_CONNECT:
        Fault(.unreachable, "no connection", at: url, why: reason)
    case CURLE_OPERATION_TIMEDOUT:
        Fault(.timeout, "no answer in time", at: url, why: reason)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
        Fault(
            .denied, "the server's certificate is not accepted", at: url, why: reason,
            next: "check that this is the right server and that its authority is the trusted one")
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        Fault(
            .denied, "the server shows another key than the pinned one", at: url, why: reason,
            next: "read the fingerprint on the machine's own console and compare")
    case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER:
        Fault(.failed, "the TLS settings of the request cannot be used", at: url, why: reason)
    case _ where isTLSRefusal(reason):
        Fault(.denied, "the server refuses the client's certificate", at: url, why: reason)
    case CURLE_SSL_CONNECT_ERROR:
        Fault(.unreachable, "the TLS handshake failed", at: url, why: reason)
    case CURLE_TOO_MANY_REDIRECTS:
        Fault(.failed, "the server redirects without end", at: url, why: reason)
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION:
        Fault(.failed, "libcurl cannot carry out the request", at: url, why: reason)
    case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL:
        Fault(.corrupted, "the server's answer is not HTTP, or leads away from it", at: url, why: reason)
    default:
        Fault(.unreachable, "the connection broke", at: url, why: reason)
    }
}

/// Whether the peer ended the connection with a TLS alert about our certificate (RFC 8446, 6.2).
private func isTLSRefusal(_ reason: String) -> Bool {
    let reason = reason.lowercased()
    guard reason.contains("alert") else { return false }
    return ["certificate", "unknown ca", "access denied"].contains { reason.contains($0) }
}
