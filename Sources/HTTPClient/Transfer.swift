import CCurl
import CShims
import Core

/// All that the engine's thread needs to know to carry a request.
struct TransferPlan: Sendable {
    var request: HTTPRequest
    /// What is left of the request's deadline.
    var timeout: Duration?
    /// The most bytes of header and trailer fields.
    var headerLimit: Int
    var userAgent: String
    /// Ends after the TLS handshake, before a request is sent.
    var handshakeOnly = false
}

/// One attempt at a request on the engine's thread: its libcurl handle, and what its callbacks gather.
final class Transfer {
    let easy: EasyHandle
    let exchange: Exchange
    let plan: TransferPlan
    private var head: HeadParser
    private var isReceivePaused = false
    private var isSendPaused = false
    private var lastActivity: ContinuousClock.Instant
    /// A fault that a callback found; libcurl only learns that the callback failed.
    private var fault: Fault?
    /// How much of a body from memory has gone out.
    private var sentBytes = 0
    private let clock = ContinuousClock()

    init?(exchange: Exchange, plan: TransferPlan) {
        guard let easy = EasyHandle() else { return nil }
        self.easy = easy
        self.exchange = exchange
        self.plan = plan
        head = HeadParser(limit: plan.headerLimit, followsRedirects: plan.request.allowedRedirects > 0)
        lastActivity = clock.now
    }

    // MARK: Pausing

    func resumeReceiving() {
        isReceivePaused = false
        unpause()
    }

    func resumeSending() {
        isSendPaused = false
        unpause()
    }

    private func unpause() {
        lastActivity = clock.now
        let mask = (isReceivePaused ? CURLPAUSE_RECV : 0) | (isSendPaused ? CURLPAUSE_SEND : 0)
        let code = curl_easy_pause(easy.raw, mask)
        if code != CURLE_OK, fault == nil {
            fault = curlFault(code, easy.reason(code), plan.request.url)
        }
    }

    // MARK: Idle time

    /// When this transfer has been idle for too long; nil when it has no such limit or is held back on this side.
    func idleDeadline(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard let limit = plan.request.idleTimeout else { return nil }
        return isReceivePaused || isSendPaused ? now.advanced(by: limit) : lastActivity.advanced(by: limit)
    }

    func idleFault() -> Fault {
        Fault(
            .timeout, "the connection has been silent for too long", at: plan.request.url,
            why: "no byte came or went within \(plan.request.idleTimeout ?? .zero)")
    }

    // MARK: Callbacks

    func receivedBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = clock.now
        guard exchange.receive(bytes) else {
            isReceivePaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        return bytes.count
    }

    /// Takes one line of a header or trailer block; false ends the transfer.
    func receivedLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        lastActivity = clock.now
        switch head.take(bytes) {
        case .more: return true
        case .trailer(let name, let value):
            exchange.receiveTrailer(name, value)
            return true
        case .head(let status, let headers, let version):
            exchange.deliver(
                ResponseHead(
                    status: status, headers: headers, version: version,
                    url: easy.string(CURLINFO_EFFECTIVE_URL) ?? plan.request.url,
                    peerCertificatePEM: plan.request.tls.trust == .unverified ? easy.leafCertificate : nil))
            return true
        case .refused(let what):
            fault = Fault(.corrupted, what, at: plan.request.url)
            return false
        }
    }

    func supply(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        lastActivity = clock.now
        if case .bytes(let bytes) = plan.request.body { return copy(bytes, to: buffer) }
        switch exchange.supply(buffer) {
        case .copied(let count): return count
        case .end: return 0
        case .abandoned: return Int(CURL_READFUNC_ABORT)
        case .pause:
            isSendPaused = true
            return Int(CURL_READFUNC_PAUSE)
        }
    }

    private func copy(_ bytes: [UInt8], to buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(bytes.count - sentBytes, buffer.count)
        bytes.withUnsafeBytes { all in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[sentBytes..<sentBytes + count]))
        }
        sentBytes += count
        return count
    }

    // MARK: The end

    /// nil when the transfer ended well.
    func failure(_ code: CURLcode) -> TransferFailure? {
        if plan.handshakeOnly, code == CURLE_OK {
            exchange.deliver(
                ResponseHead(
                    status: 0, headers: [:], version: .http11, url: plan.request.url,
                    peerCertificatePEM: easy.leafCertificate))
        }
        guard code != CURLE_OK || fault != nil else { return nil }
        let sent = easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0
        return TransferFailure(fault ?? curlFault(code, easy.reason(code), plan.request.url), sent: sent)
    }
}
