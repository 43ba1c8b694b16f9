private import COpenSSL
import Core

extension Fault {
    /// A fault `failed` with the reasons that OpenSSL queued on this thread.
    static func openSSL(_ what: String) -> Fault { openSSL(.failed, what) }

    /// A fault with the reasons that OpenSSL queued on this thread, which are taken off the queue.
    static func openSSL(_ code: Code, _ what: String) -> Fault {
        var reasons: [String] = []
        var buffer = [CChar](repeating: 0, count: 256)
        while true {
            let error = ERR_get_error()
            guard error != 0 else { break }
            ERR_error_string_n(error, &buffer, buffer.count)
            reasons.append(String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        return Fault(code, what, why: reasons.isEmpty ? nil : reasons.joined(separator: ", "))
    }
}

/// The bytes that an `i2d` function of OpenSSL writes: called once for the length and once for the bytes.
func encodedDER(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8]? {
    let length = encode(nil)
    guard length > 0 else { return nil }
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
        var cursor = buffer.baseAddress
        isWhole = encode(&cursor) == length
        count = isWhole ? Int(length) : 0
    }
    return isWhole ? bytes : nil
}
