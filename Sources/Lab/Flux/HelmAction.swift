import Core
import Kubernetes

/// Helm itself: what is done to a release, its records, and what its HelmRelease says about it.
struct HelmAction: Sendable {
    private let context: FluxContext
    private let storage: HelmStorage
    private let writer: StatusWriter
    private let status: HelmStatus
    private let platform: PlatformRelease

    init(context: FluxContext) {
        self.context = context
        storage = HelmStorage(client: context.client)
        writer = context.writer("helm-controller")
        status = HelmStatus(writer: writer)
        platform = PlatformRelease(context: context)
    }

    /// Brings a release to what its object wants.
    ///
    /// - Returns: when to look again.
    func run(_ release: PreparedRelease, _ object: KubernetesObject) async throws -> Duration? {
        let name = Self.releaseName(of: object)
        let namespace = object["spec", "storageNamespace"]?.string ?? object.namespace ?? ""
        var records = try await storage.records(of: name, in: namespace)
        if let last = records.last, last.status.hasPrefix("pending-") {
            try await storage.mark(last, "failed", now: context.options.clock.now)
            records[records.count - 1] = HelmStorage.Record(
                version: last.version, status: "failed", secret: last.secret)
        }
        if records.last?.status == "deployed", status.isInSync(object, release, version: records.last?.version ?? 0) {
            try await status.confirm(object, release)
            return interval(of: object)
        }
        let step = HelmStep(
            object: object, release: release, name: name, namespace: namespace,
            version: (records.last?.version ?? 0) + 1,
            action: records.isEmpty ? .install : .upgrade, previous: records)
        return try await perform(step)
    }

    /// Removes a release and its records.
    func uninstall(_ object: KubernetesObject) async throws {
        let namespace = object["spec", "storageNamespace"]?.string ?? object.namespace ?? ""
        let records = try await storage.records(of: Self.releaseName(of: object), in: namespace)
        guard !records.isEmpty else { return }
        try await Task.sleep(for: context.options.uninstallDuration)
        if PlatformRelease.isPlatform(object.key) { try await platform.uninstall() }
        for record in records { try await storage.delete(record) }
    }

    /// `spec.releaseName`, or `[<targetNamespace>-]<name>`.
    private static func releaseName(of object: KubernetesObject) -> String {
        if let name = object["spec", "releaseName"]?.string { return name }
        return (object["spec", "targetNamespace"]?.string.map { "\($0)-" } ?? "") + object.name
    }

    private func perform(_ step: HelmStep) async throws -> Duration? {
        let started = ContinuousClock.now
        let running = try await status.running(step)
        if let why = step.unmanagedProblem {
            return try await fail(step.on(running), why, since: started)
        }
        try await storage.create(step.record("pending-\(step.action.rawValue)", at: context.options.clock.now))
        let outcome = try await outcome(of: step)
        switch outcome {
        case .success:
            try await storage.update(step.record("deployed", at: context.options.clock.now))
            try await supersede(step)
            try await status.succeeded(step.on(running), took: ContinuousClock.now - started)
            return interval(of: step.object)
        case .failure(let message):
            try await storage.update(step.record("failed", at: context.options.clock.now))
            return try await fail(step.on(running), message, since: started)
        case .interrupted:
            return retryInterval(of: step)
        }
    }

    /// What becomes of the action: what the lab's options say, unless the chart itself fails.
    private func outcome(of step: HelmStep) async throws -> HelmOutcome {
        try await Task.sleep(for: context.options.installDuration)
        let attempt = HelmAttempt(release: step.object.key, action: step.action, version: step.version)
        let wanted = context.options.outcome(attempt)
        guard wanted == .success, PlatformRelease.isPlatform(step.object.key) else { return wanted }
        do {
            try await platform.install(step, timeout: timeout(of: step))
            return .success
        } catch let fault as Fault {
            return .failure(fault.what)
        }
    }

    private func fail(
        _ step: HelmStep, _ message: String, since started: ContinuousClock.Instant
    ) async throws
        -> Duration?
    {
        try await status.failed(step, message, took: ContinuousClock.now - started)
        return retryInterval(of: step)
    }

    /// Marks the release that was deployed before, and forgets the oldest ones.
    private func supersede(_ step: HelmStep) async throws {
        for record in step.previous where record.status == "deployed" {
            try await storage.mark(record, "superseded", now: context.options.clock.now)
        }
        let most = step.object["spec", "maxHistory"]?.int ?? 5
        guard most > 0, step.previous.count >= most else { return }
        for record in step.previous.prefix(step.previous.count + 1 - most) { try await storage.delete(record) }
    }

    private func interval(of object: KubernetesObject) -> Duration? {
        object["spec", "interval"]?.string.flatMap(GoDuration.parse)
    }

    private func timeout(of step: HelmStep) -> Duration {
        step.object["spec", step.action.rawValue, "timeout"]?.string.flatMap(GoDuration.parse)
            ?? step.object["spec", "timeout"]?.string.flatMap(GoDuration.parse) ?? .seconds(300)
    }

    private func retryInterval(of step: HelmStep) -> Duration? {
        if let interval = context.options.retryInterval { return interval }
        let strategy = step.object["spec", step.action.rawValue, "strategy"]
        guard strategy?["name"]?.string == "RetryOnFailure" else { return nil }
        return strategy?["retryInterval"]?.string.flatMap(GoDuration.parse) ?? .seconds(300)
    }
}

/// One install or upgrade.
struct HelmStep: Sendable {
    var object: KubernetesObject
    let release: PreparedRelease
    let name: String
    let namespace: String
    let version: Int
    let action: HelmAttempt.Action
    /// The records that were there before, oldest first.
    let previous: [HelmStorage.Record]

    /// The same step on a newer state of its object.
    func on(_ object: KubernetesObject) -> HelmStep {
        var step = self
        step.object = object
        return step
    }

    /// Helm's refusal to upgrade what was never deployed: no record is deployed, and the last one is neither failed
    /// nor superseded.
    var unmanagedProblem: String? {
        guard let last = previous.last, !previous.contains(where: { $0.status == "deployed" }),
            last.status != "failed", last.status != "superseded"
        else { return nil }
        return "\"\(name)\" has no deployed releases"
    }

    func record(_ status: String, at now: Timestamp) -> HelmRecord {
        let verb = action == .install ? "Install" : "Upgrade"
        let description =
            status == "deployed" ? "\(verb) complete" : status == "failed" ? "\(verb) failed" : "\(verb)ing"
        return HelmRecord(
            release: name, namespace: namespace, version: version, status: status, chart: release.chart,
            config: release.values, first: now, modified: now, description: description)
    }
}
