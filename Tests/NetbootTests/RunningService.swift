import Core
import Embedded
import Glibc
import Logging
import NIOPosix
import Synchronization

@testable import Netboot

/// A policy whose answers a test sets, and which serves each machine config once.
final class TestPolicy: BootPolicy {
    private struct State {
        var decision = BootDecision.hold(reason: "not approved", retryAfter: .seconds(5))
        var configs: [String: [UInt8]] = [:]
        var delivered: [String] = []
        var seen: [MachineIdentity] = []
    }

    private let state = Mutex(State())

    func set(_ decision: BootDecision) { state.withLock { $0.decision = decision } }
    func add(_ config: [UInt8], token: String) { state.withLock { $0.configs[token] = config } }
    var delivered: [String] { state.withLock { $0.delivered } }
    var seen: [MachineIdentity] { state.withLock { $0.seen } }

    func decide(_ machine: MachineIdentity) async -> BootDecision {
        state.withLock {
            $0.seen.append(machine)
            return $0.decision
        }
    }

    func machineConfig(token: String, from address: IPAddress) async -> ConfigAnswer {
        state.withLock { $0.configs.removeValue(forKey: token) }.map { .serve($0) } ?? .notFound
    }

    func configDelivered(token: String) async {
        state.withLock { $0.delivered.append(token) }
    }
}

/// What a service told so far.
final class EventLog: Sendable {
    private let events = Mutex<[NetbootEvent]>([])

    func add(_ event: NetbootEvent) { events.withLock { $0.append(event) } }
    var all: [NetbootEvent] { events.withLock { $0 } }

    func port(_ service: String) -> Int? {
        all.lazy.compactMap { if case .listening(service, let port) = $0.kind { port } else { nil } }.first
    }

    func has(_ kind: NetbootEvent.Kind) -> Bool { all.contains { $0.kind == kind } }
}

struct Ports: Sendable {
    let dhcp: Int
    let tftp: Int
    let http: Int
}

/// Waits until a condition holds; a failure after a minute is the test's, also on a busy machine.
func until(_ what: String, _ condition: @Sendable () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition() {
        guard ContinuousClock.now < deadline else { throw Fault(.timeout, "waited in vain for \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// A configuration for a loopback address of the test's own, on ports that the system chooses.
func loopbackConfiguration(_ mode: NetbootConfiguration.Mode, directory: String) throws -> NetbootConfiguration {
    let host = IPAddress(v4: 127, 77, 0, 1)
    guard let subnet = CIDR("127.0.0.0/8") else { throw Missing() }
    var configuration = NetbootConfiguration(
        mode: mode, advertise: host, listen: host, httpListen: .init(host: host, port: 0),
        httpBaseURL: "http://127.77.0.1:8080", subnet: subnet, bootloaderDirectory: directory)
    configuration.dhcpPort = 0
    configuration.proxyPort = 0
    configuration.tftpPort = 0
    return configuration
}

/// Runs a service while `body` runs.
func withService(
    _ configuration: NetbootConfiguration, policy: TestPolicy = TestPolicy(),
    _ body: @Sendable @escaping (Ports, EventLog) async throws -> Void
) async throws {
    let service = NetbootService(configuration: configuration, policy: policy, logger: Logger(label: "test"))
    let log = EventLog()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run() }
        group.addTask {
            for await event in service.events { log.add(event) }
            try await Task.sleep(for: .seconds(3600))
        }
        group.addTask {
            try await until("the HTTP port") { log.port("http") != nil }
            let ports = Ports(
                dhcp: log.port("dhcp") ?? 0, tftp: log.port("tftp") ?? 0, http: log.port("http") ?? 0)
            try await body(ports, log)
        }
        defer { group.cancelAll() }
        try await group.next()
    }
}

/// A directory that is removed with its files at the end of `body`.
func withDirectory(_ body: (String) async throws -> Void) async throws {
    let path = "/tmp/cozy-netboot-\(UInt64.random(in: 0...UInt64.max))"
    try FileStore.createDirectory(path)
    defer { _ = try? spawn(["rm", "-rf", path]) }
    try await body(path)
}

struct Output: Sendable {
    let status: Int32
    let bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Runs a program of the machine off the cooperative threads.
func program(_ arguments: [String]) async throws -> Output {
    try await NIOThreadPool.singleton.runIfActive { try spawn(arguments) }
}

/// One at a time: a child that starts between another's pipe and its close-on-exec mark would hold that pipe open.
private let starting = Mutex(())

private func spawn(_ arguments: [String]) throws -> Output {
    let (pid, end) = try starting.withLock { _ in try start(arguments) }
    defer { close(end) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(end, &chunk, chunk.count)
        guard count > 0 else { break }
        bytes += chunk[0..<count]
    }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return Output(status: status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F), bytes: bytes)
}

/// Starts a program; its output comes out of the descriptor.
private func start(_ arguments: [String]) throws -> (pid: pid_t, output: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Fault(.failed, "no pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var pid = pid_t()
    let result = posix_spawnp(&pid, arguments[0], &actions, nil, &words, environ)
    close(ends[1])
    guard result == 0 else {
        close(ends[0])
        throw Fault(.notFound, "the program \(arguments[0]) is missing", next: "install the packages of the Makefile")
    }
    return (pid, ends[0])
}
