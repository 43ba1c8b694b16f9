import Core
import PKI

/// The Talos API on port 50000.
extension TalosNode {
    /// Serves one personality until it is replaced.
    func serveAPI(_ personality: NodeLife.Personality) async {
        do {
            try await pacer.wait(timing.apiStart)
            while true {
                guard let address else { return }
                let (identity, authority) = try await certificate(for: personality, address.address)
                let tls = try ServerTLS(identity: identity, clientAuthority: authority, clock: environment.clock)
                if personality == .maintenance { inform(identity, address.address) }
                let service = TalosService(
                    node: self, personality: personality, accessLog: environment.accessLog, nodeName: hardware.name)
                do {
                    try await serve(tls, service, address.address, personality)
                } catch {
                    log.write("[talos] apid: \(error)", level: .error)
                }
                try await pacer.wait(timing.probe)
            }
        } catch {
            if !(error is CancellationError) { log.write("[talos] apid: \(error)", level: .error) }
            await withdraw(personality)
        }
    }

    private func serve(
        _ tls: ServerTLS, _ service: TalosService, _ address: IPAddress, _ personality: NodeLife.Personality
    ) async throws {
        defer { services.set("apid", .finished, "Service finished successfully", now: now) }
        try await GRPCServer(eventLoops: environment.eventLoops)
            .serve(address: address, port: environment.talosPort, tls: tls, service: service) { _ in
                await self.apiIsUp(personality)
            }
        try Task.checkCancellation()
    }

    private func apiIsUp(_ personality: NodeLife.Personality) async {
        set("apid", .running, "Health check successful", healthy: true)
        guard personality == .configured, let address, let config = life.config, config.role == .controlPlane else {
            return
        }
        await environment.controlPlanes.startTrustd(at: address.address, config: config)
    }

    private func withdraw(_ personality: NodeLife.Personality) async {
        guard personality == .configured, let address else { return }
        await environment.controlPlanes.stopTrustd(at: address.address)
    }

    /// The leaf to show, and the authority that clients must have theirs from.
    ///
    /// - Throws: `CancellationError` while a worker waits for trustd; ``Fault``.
    private func certificate(
        for personality: NodeLife.Personality, _ address: IPAddress
    ) async throws -> (Identity, Certificate?) {
        let clock = environment.clock
        var request = CertificateRequest(
            commonName: hostname, usage: .server, dnsNames: [hostname],
            ipAddresses: [address] + [IPAddress("127.0.0.1"), IPAddress("::1")].compactMap { $0 },
            validity: .seconds(86_400), backdate: .seconds(10))
        guard personality == .configured, let config = life.config, let trusted = config.osCA.certificate else {
            request.commonName = "maintenance-service.talos.dev"
            return (try CertificateAuthority.create(.maintenance, clock: clock).issue(request, clock: clock), nil)
        }
        let names = config.texts("machine", "certSANs")
        request.ipAddresses += names.compactMap { IPAddress($0) }.filter { !request.ipAddresses.contains($0) }
        request.dnsNames += names.filter { IPAddress($0) == nil && $0 != hostname }
        let trust = try Certificate(pem: trusted)
        if let authority = config.osCA.authority {
            return (try authority.issue(request, clock: clock), trust)
        }
        return (try await certificateFromTrustd(request, config), trust)
    }

    /// A worker has no CA key: it asks a control plane behind the cluster endpoint, which must exist first.
    private func certificateFromTrustd(_ request: CertificateRequest, _ config: NodeConfig) async throws -> Identity {
        var hasComplained = false
        while true {
            do {
                return try await environment.controlPlanes.certificate(
                    from: config.endpointHost ?? "", token: config.machineToken ?? "", request: request,
                    clock: environment.clock)
            } catch {
                if !hasComplained {
                    log.write("[talos] failed to sign API server CSR: \(error.message)", level: .error)
                }
                hasComplained = true
                try await pacer.wait(timing.probe)
            }
        }
    }

    /// What the console shows in maintenance: where the machine is, and the fingerprint to pin.
    private func inform(_ identity: Identity, _ address: IPAddress) {
        let fingerprint = identity.certificate.spkiFingerprint
        log.write("[talos] this machine is reachable at:")
        log.write("[talos] \t\(address)")
        log.write("[talos] server certificate issued {\"fingerprint\": \"\(fingerprint)\"}")
        log.write("[talos] upload configuration using talosctl:")
        log.write("[talos] \ttalosctl apply-config --insecure --nodes \(address) --file <config.yaml>")
        log.write("[talos] optionally with node fingerprint check:")
        log.write(
            "[talos] \ttalosctl apply-config --insecure --nodes \(address) --cert-fingerprint '\(fingerprint)' "
                + "--file <config.yaml>")
    }
}
