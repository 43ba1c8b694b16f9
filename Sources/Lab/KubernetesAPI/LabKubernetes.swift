package import Core
import NIOCore
import NIOSSL

/// The Kubernetes API of the lab's cluster: one store, served by as many listeners as nodes (and a VIP) run.
///
/// It behaves as a kube-apiserver with etcd behind it does towards clients: discovery, resources and their `status`, CRDs
/// with structural schemas, server-side apply with field ownership, watches with history, tables for `kubectl`. Of the
/// controllers it has those that clients build on: garbage collection by owner references, deletion of namespaces and of
/// CRDs, acceptance of CRD names. Nothing runs workloads; whoever plays their part sets their status over the API.
package final class LabKubernetes: Sendable {
    /// How the API behaves.
    package struct Options: Sendable {
        /// What `/version` says.
        package var version: String
        /// How many changes of each resource a watch can start from.
        package var historyLimit: Int
        /// How often watches that asked for bookmarks get one.
        package var bookmarkInterval: Duration

        package init(version: String = "v1.33.12", historyLimit: Int = 2000, bookmarkInterval: Duration = .seconds(15))
        {
            self.version = version
            self.historyLimit = historyLimit
            self.bookmarkInterval = bookmarkInterval
        }
    }

    private let accessLog: AccessLog
    private let options: Options
    private let store: ObjectStore
    private let service: APIService

    /// An API with what a new cluster has: the namespaces `default`, `kube-system`, `kube-public`, `kube-node-lease` and
    /// the Service `kubernetes`.
    package init(accessLog: AccessLog, clock: any WallClock = SystemWallClock(), options: Options = Options()) {
        self.accessLog = accessLog
        self.options = options
        store = ObjectStore(clock: clock, historyLimit: options.historyLimit)
        service = APIService(store: store, clock: clock, version: options.version)
    }

    /// Serves the API on one address until the task is cancelled; then every connection breaks at once.
    ///
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - certificatePEM: the server's certificate, with intermediates behind it.
    ///   - keyPEM: its key (PKCS#8).
    ///   - clientCAPEM: the authorities whose client certificates are let in; without one no connection comes about.
    ///   - node: under which name requests stand in the access log.
    ///   - onListening: called with the port once connections are accepted.
    /// - Throws: ``Fault`` `usage` for unusable certificates, `refused` when the address is taken.
    package func serve(
        address: String, port: Int, certificatePEM: String, keyPEM: String, clientCAPEM: String, node: String? = nil,
        onListening: @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        let tls = try Self.tls(certificatePEM: certificatePEM, keyPEM: keyPEM, clientCAPEM: clientCAPEM)
        await store.bringUp()
        let listener = APIListener(
            service: service, accessLog: accessLog, node: node, bookmarkInterval: options.bookmarkInterval)
        try await listener.run(address: address, port: port, tls: tls, onListening: onListening)
    }

    /// Forgets the history of changes, as etcd's compaction does: watches and list pages from before get 410.
    package func compact() async {
        await store.compact()
    }

    private static func tls(
        certificatePEM: String, keyPEM: String, clientCAPEM: String
    ) throws(Fault) -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8))
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)))
            let authorities = try NIOSSLCertificate.fromPEMBytes(Array(clientCAPEM.utf8))
            tls.trustRoots = .certificates(authorities)
            tls.certificateVerification = .noHostnameVerification
            tls.minimumTLSVersion = .tlsv12
            // A node that goes down does not wait for its idle clients to say goodbye.
            tls.shutdownTimeout = .milliseconds(20)
            return tls
        } catch {
            throw Fault(.usage, "the certificates of the Kubernetes API cannot be used", cause: error)
        }
    }
}
