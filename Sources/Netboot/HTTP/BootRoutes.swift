import Core
import Logging
import NIOHTTP1

/// Which content a request gets. Nothing here redirects: UEFI cannot follow, and a path is never taken as a file name.
struct BootRoutes: Sendable {
    enum Answer: Sendable {
        case content(ServedContent)
        /// A machine config; its delivery is reported with the token.
        case config(ServedContent, token: String)
        case failure(HTTPResponseStatus, String)
    }

    private static let notFound = Answer.failure(.notFound, "not found\n")

    private let entry: String
    private let scripts: BootScripts
    private let files: BootFiles
    private let assets: [String: NetbootAsset]
    private let policy: any BootPolicy
    private let events: NetbootEvents
    private let logger: Logger

    init(
        scripts: BootScripts, files: BootFiles, assets: [NetbootAsset], policy: any BootPolicy, events: NetbootEvents,
        logger: Logger
    ) throws(Fault) {
        entry = try scripts.entry()
        self.scripts = scripts
        self.files = files
        self.assets = Dictionary(assets.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.policy = policy
        self.events = events
        self.logger = logger
    }

    func answer(_ head: HTTPRequestHead, from address: IPAddress) async -> Answer {
        guard head.method == .GET || head.method == .HEAD else {
            return .failure(.methodNotAllowed, "only GET and HEAD\n")
        }
        guard let (path, query) = Self.split(head.uri) else { return .failure(.badRequest, "bad path\n") }
        switch (path.first, path.count) {
        case ("boot.ipxe", 1), ("autoexec.ipxe", 1):
            return .content(.script(entry))
        case ("boot", 2) where path[1] == "script":
            return await script(query, address)
        case ("assets", 2):
            return asset(path[1])
        case ("bootloaders", 2...):
            return bootloader(path.dropFirst().joined(separator: "/"))
        case ("config", 2) where head.method == .GET:
            return await config(path[1], address)
        default:
            return Self.notFound
        }
    }

    private func script(_ query: String, _ address: IPAddress) async -> Answer {
        guard let request = ScriptRequest(query: query, from: address) else {
            return .failure(.badRequest, "the query has no mac\n")
        }
        events.learn(request.machine.mac, at: address)
        let decision = await policy.decide(request.machine)
        events.tell(.script(decision: decision.name), mac: request.machine.mac, address: address)
        if case .install(let target) = decision,
            let missing = [target.kernelAsset, target.initramfsAsset].first(where: { assets[$0] == nil })
        {
            events.tell(.problem("the asset \(missing) is not served"), mac: request.machine.mac, address: address)
            return .failure(.serviceUnavailable, "an asset is missing\n")
        }
        do throws(Fault) {
            guard let script = try scripts.script(for: decision, request) else { return Self.notFound }
            return .content(.script(script))
        } catch {
            logger.error("a boot script cannot be made", metadata: ["error": "\(error)"])
            events.tell(.problem("\(error)"), mac: request.machine.mac, address: address)
            return .failure(.internalServerError, "the boot script cannot be made\n")
        }
    }

    private func asset(_ name: String) -> Answer {
        guard let asset = assets[name] else { return Self.notFound }
        do throws(Fault) {
            return .content(try ServedContent.asset(asset))
        } catch {
            logger.error("an asset cannot be served", metadata: ["error": "\(error)"])
            return Self.notFound
        }
    }

    private func bootloader(_ name: String) -> Answer {
        guard let bytes = files[name] else { return Self.notFound }
        return .content(ServedContent(source: .bytes(bytes), type: ServedContent.contentType(name)))
    }

    private func config(_ token: String, _ address: IPAddress) async -> Answer {
        guard token.utf8.count <= 512, case .serve(let bytes) = await policy.machineConfig(token: token, from: address)
        else {
            events.tell(.config(delivered: false), address: address)
            return Self.notFound
        }
        let content = ServedContent(source: .bytes(bytes), type: "application/yaml", isStored: false)
        return .config(content, token: token)
    }

    /// The decoded parts of the path, without empty ones, and the query as it stands; nil when it tries anything.
    private static func split(_ uri: String) -> (path: [String], query: String)? {
        guard uri.utf8.count <= 4096 else { return nil }
        var rest = uri[...]
        if let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...].drop { $0 != "/" }
        }
        let halves = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path: [String] = []
        for part in (halves.first ?? "").split(separator: "/") {
            guard let text = PercentEncoding.decode(part), text != "..", text != ".",
                !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "/" || $0 == "\\" })
            else { return nil }
            path.append(text)
        }
        return (path, halves.count > 1 ? String(halves[1]) : "")
    }
}

extension BootDecision {
    /// One word for events.
    fileprivate var name: String {
        switch self {
        case .hold: "hold"
        case .install: "install"
        case .local: "local"
        case .ignore: "ignore"
        }
    }
}
