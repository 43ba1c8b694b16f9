import Core
import Glibc
import Synchronization
import Testing

@testable import HTTPClient

/// Waits until the condition holds; gives up after some seconds.
func eventually(_ what: String, _ condition: @Sendable () async -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(20))
    while await !condition() {
        try #require(ContinuousClock.now < deadline, "\(what) did not come about")
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// A number that tasks share.
final class Counter: Sendable {
    private let state = Mutex(0)

    var value: Int { state.withLock { $0 } }

    @discardableResult
    func add(_ count: Int = 1) -> Int {
        state.withLock { value in
            value += count
            return value
        }
    }
}

/// Waits until the number has begun to grow and has not grown for a while.
func standstill(of counter: Counter) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(20))
    var (last, still) = (0, 0)
    while still < 50 {
        try #require(ContinuousClock.now < deadline, "the number never stands still")
        try await Task.sleep(for: .milliseconds(3))
        let now = counter.value
        still = now == last && now > 0 ? still + 1 : 0
        last = now
    }
}

/// A list that tasks share.
final class Recorder<Element: Sendable>: Sendable {
    private let state = Mutex<[Element]>([])

    var all: [Element] { state.withLock { $0 } }

    func append(_ element: Element) { state.withLock { $0.append(element) } }
}

/// The fault that the work ends with.
func fault(_ work: () async throws -> Void) async throws -> Fault {
    do {
        try await work()
    } catch let fault as Fault {
        return fault
    }
    try #require(Bool(false), "the work went well")
    return Fault(.failed, "")
}

/// A directory of its own for one test, removed with it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/http-client-tests.XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            unlink("\(path)/\(name)")
        }
        closedir(directory)
        rmdir(path)
    }
}

/// Bytes without a pattern, the same for the same seed.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SplitMix(state: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
        withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
}

/// SplitMix64, seeded.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
