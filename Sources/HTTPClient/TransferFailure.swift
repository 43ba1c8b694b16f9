import Core

/// Why a transfer did not end well.
struct TransferFailure: Error {
    var fault: Fault
    /// Whether the server may have seen something of the request.
    var sent: Bool

    init(_ fault: Fault, sent: Bool) {
        self.fault = fault
        self.sent = sent
    }

    /// Whether another attempt may end better without doing anything twice.
    func isRetryable(idempotent: Bool) -> Bool {
        (fault.code == .unreachable || fault.code == .timeout) && (idempotent || !sent)
    }
}
