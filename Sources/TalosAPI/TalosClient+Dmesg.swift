package import Core
import SwiftProtobuf
import TalosMessages

extension TalosClient {
    /// The kernel's log, a message an element: `facility: priority: [time]: text` (talos.md 1.6).
    ///
    /// - Parameters:
    ///   - follow: goes on with what comes.
    ///   - tail: leaves out what was logged before the call.
    package func dmesg(follow: Bool = false, tail: Bool = false) async throws(Fault) -> TalosStream<String> {
        var request = Machine_DmesgRequest()
        request.follow = follow
        request.tail = tail
        return try await stream(.machine("Dmesg"), request) { message in
            let text = String(decoding: try Common_Data(serializedBytes: message).bytes, as: UTF8.self)
            return text.isEmpty ? [] : [text.hasSuffix("\n") ? String(text.dropLast()) : text]
        }
    }
}
