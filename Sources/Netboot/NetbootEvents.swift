import Core
import Synchronization

/// Where the servers put their events; it knows which machine holds which address.
final class NetbootEvents: Sendable {
    /// More machines than one boot network holds; beyond it the oldest knowledge is thrown away as a whole.
    private static let machineLimit = 65_536

    let stream: AsyncStream<NetbootEvent>
    private let continuation: AsyncStream<NetbootEvent>.Continuation
    private let clock: any WallClock
    private let machines = Mutex<[IPAddress: MACAddress]>([:])

    init(clock: any WallClock) {
        self.clock = clock
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
    }

    func tell(_ kind: NetbootEvent.Kind, mac: MACAddress? = nil, address: IPAddress? = nil) {
        let known = mac ?? address.flatMap { address in machines.withLock { $0[address] } }
        continuation.yield(NetbootEvent(time: clock.now, kind: kind, mac: known, address: address))
    }

    /// Remembers who has an address.
    func learn(_ mac: MACAddress, at address: IPAddress) {
        machines.withLock { machines in
            if machines.count >= Self.machineLimit { machines = [:] }
            machines[address] = mac
        }
    }

    func finish() {
        continuation.finish()
    }
}
