import Core
import Dispatch

/// Runs a call that blocks, such as fsync, away from the threads that Swift's tasks share.
func offloaded<Value: Sendable>(
    _ work: @escaping @Sendable () throws(Fault) -> Value
) async throws(Fault) -> Value {
    let result = await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            let result: Result<Value, Fault>
            do throws(Fault) {
                result = .success(try work())
            } catch {
                result = .failure(error)
            }
            continuation.resume(returning: result)
        }
    }
    return try result.get()
}
