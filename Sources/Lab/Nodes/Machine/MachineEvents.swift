import Core
import SwiftProtobuf
import Synchronization
import TalosMessages

/// The machine events of a node: what the Events call streams.
final class MachineEvents: Sendable {
    private let ring = Broadcast<Machine_Event>(remembered: 200)
    private let identifiers: Mutex<EventIdentifiers>

    init(seed: UInt64, stream: String) {
        identifiers = Mutex(EventIdentifiers(random: SeededRandom(seed: seed, stream: stream)))
    }

    func publish(_ payload: some Message, actor: String = "", now: Timestamp) {
        identifiers.withLock { identifiers in
            var event = Machine_Event()
            // Talos' own prefix; the event sink uses another one.
            event.data.typeURL = "talos/runtime/\(type(of: payload).protoMessageName)"
            event.data.value = (try? payload.serializedData()) ?? event.data.value
            event.id = identifiers.next(now: now)
            event.actorID = actor
            ring.send(event)
        }
    }

    /// A new boot has a ring of its own.
    func restart() {
        ring.forget()
    }

    /// What the ring still holds after an event.
    ///
    /// - Parameters:
    ///   - tail: the number of past events that come first; a negative number asks for all.
    ///   - after: past events come from behind the one with this id.
    ///   - since: past events come from this moment on.
    func follow(tail: Int, after: String?, since: Timestamp?) -> AsyncStream<Machine_Event> {
        ring.follow { past in
            if let after { return Array(past.drop { $0.id <= after }) }
            if let since { return past.filter { EventIdentifiers.seconds(of: $0.id) >= since.seconds } }
            return tail < 0 ? past : past.suffix(tail)
        }
    }
}

/// Identifiers that sort by time: 12 bytes (seconds, machine, counter) in base32hex, 20 characters.
struct EventIdentifiers: Sendable {
    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuv".utf8)
    private let machine: [UInt8]
    private var counter: UInt32

    init(random: SeededRandom) {
        var random = random
        machine = random.bytes(5)
        counter = UInt32(truncatingIfNeeded: random.next()) & 0x0F_FFFF
    }

    mutating func next(now: Timestamp) -> String {
        counter = (counter + 1) & 0xFF_FFFF
        let seconds = UInt32(truncatingIfNeeded: now.seconds)
        let bytes =
            (0..<4).map { UInt8(truncatingIfNeeded: seconds >> (24 - 8 * $0)) } + machine
            + (1..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
        return Self.encode(bytes)
    }

    /// The time in an identifier; 0 for a text that is none.
    static func seconds(of identifier: String) -> Int64 {
        guard isValid(identifier) else { return 0 }
        let digits = identifier.utf8.compactMap { alphabet.firstIndex(of: $0) }
        let value = digits.prefix(7).reduce(0) { $0 << 5 | UInt64($1) }
        return Int64(value >> 3)
    }

    static func isValid(_ identifier: String) -> Bool {
        identifier.utf8.count == 20 && identifier.utf8.allSatisfy(alphabet.contains)
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = (bits << 8 | UInt32(byte)) & 0xFFFF
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> UInt32(count)) & 31])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(5 - count)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }
}
