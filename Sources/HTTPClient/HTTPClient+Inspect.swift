package import Core

extension HTTPClient {
    /// Makes a TLS handshake and nothing more, trusting nobody, on a connection of its own.
    ///
    /// That the handshake completed proves that the peer holds the key of the certificate, not who it is.
    ///
    /// - Parameters:
    ///   - url: an https URL; its path plays no part.
    ///   - deadline: for name resolution, TCP and TLS together.
    /// - Returns: the certificate that the server showed, PEM.
    package func inspectCertificate(
        _ url: String, connectTo: HTTPRequest.Endpoint? = nil, proxy: HTTPRequest.Proxy = .none,
        deadline: Duration = .seconds(5)
    ) async throws(Fault) -> String {
        let request = HTTPRequest(
            .get, url, tls: TLSSettings(trust: .unverified), connectTo: connectTo, proxy: proxy,
            connectTimeout: deadline, freshConnection: true)
        try request.validate()
        let response: HTTPResponse
        do throws(TransferFailure) {
            response = try await perform(request, timeout: deadline, handshakeOnly: true)
        } catch {
            throw error.fault
        }
        guard let pem = response.peerCertificatePEM else {
            throw Fault(.failed, "the server showed no certificate", at: url)
        }
        return pem
    }
}
