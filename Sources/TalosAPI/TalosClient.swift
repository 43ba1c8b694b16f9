import Core
package import HTTPClient
package import PKI
import SwiftProtobuf

/// Calls of one node's Talos API, one extension a call.
///
/// A node has two personalities on one port. In maintenance mode its certificate says nothing about who it is, and
/// everybody may read and apply a configuration; a configured node shows a certificate of the cluster's own authority
/// and wants one in return. The caller says which one it means to talk to, and never gets the other.
///
/// Every failure is a ``Fault`` with the node as its location: `unreachable` and `timeout` mean that nothing is known
/// about the effect of the call.
package struct TalosClient: Sendable {
    package enum Access: Sendable {
        /// Maintenance mode: the node's key must be one of the pins (base64 of SHA-256 over the SPKI, as the console
        /// shows them); nil trusts whoever answers.
        case maintenance(pins: [String]?)
        /// A configured node: its certificate must come from this authority alone, and the client shows its own.
        case configured(caPEM: String, identity: Identity)
    }

    package let endpoint: TalosEndpoint
    let channel: GRPCChannel
    let isMaintenance: Bool

    package init(http: HTTPClient, node endpoint: TalosEndpoint, access: Access) {
        self.endpoint = endpoint
        let tls: TLSSettings
        switch access {
        case .maintenance(let pins):
            tls = TLSSettings(trust: pins.map { .pinned(spki: $0) } ?? .unverified)
            isMaintenance = true
        case .configured(let caPEM, let identity):
            tls = TLSSettings(
                trust: .authorities(pem: caPEM),
                identity: TLSSettings.Identity(
                    certificatePEM: identity.certificate.pem, keyPEM: Secret(identity.key.pkcs8PEM)))
            isMaintenance = false
        }
        channel = GRPCChannel(http: http, host: endpoint.host, port: endpoint.port, security: .tls(tls))
    }

    /// A unary call.
    ///
    /// - Parameter once: the call changes something: it gets a connection of its own, known to be alive. No call is ever
    ///   sent twice.
    func unary<Response: Message>(
        _ method: TalosMethod, _ request: some Message, deadline: Duration, once: Bool = false
    ) async throws(Fault) -> Response {
        let message = try encoded(request, method)
        do {
            let answer = try await channel.unary(method.path, message, deadline: deadline, freshConnection: once)
            return try Response(serializedBytes: answer)
        } catch {
            throw fault(error, method)
        }
    }

    /// A call whose answer is a stream.
    func stream<Element: Sendable>(
        _ method: TalosMethod, _ request: some Message, deadline: Duration? = nil,
        _ decode: @escaping @Sendable ([UInt8]) throws -> [Element]
    ) async throws(Fault) -> TalosStream<Element> {
        let message = try encoded(request, method)
        do {
            let stream = try await channel.serverStream(method.path, message, deadline: deadline)
            return TalosStream(stream: stream, decode: decode) { self.fault($0, method) }
        } catch {
            throw fault(error, method)
        }
    }

    private func encoded(_ request: some Message, _ method: TalosMethod) throws(Fault) -> [UInt8] {
        do {
            return try request.serializedBytes()
        } catch {
            throw fault(error, method)
        }
    }
}

/// A method of apid's services.
struct TalosMethod: Sendable {
    let service: String
    let name: String

    var path: String { "/\(service)/\(name)" }

    static func machine(_ name: String) -> Self { Self(service: "machine.MachineService", name: name) }
    static func storage(_ name: String) -> Self { Self(service: "storage.StorageService", name: name) }
    static func state(_ name: String) -> Self { Self(service: "cosi.resource.State", name: name) }
}
