import CCurl
import CShims
import Glibc

/// One libcurl easy handle with the memory that its options point at. The first option that fails is remembered.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private(set) var firstFailure: CURLcode = CURLE_OK
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let message: UnsafeMutablePointer<CChar>

    init?() {
        guard let raw = curl_easy_init() else { return nil }
        self.raw = raw
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        note(shim_curl_set_pointer(raw, CURLOPT_ERRORBUFFER, message))
    }

    deinit {
        curl_easy_cleanup(raw)
        for list in lists { curl_slist_free_all(list) }
        message.deallocate()
    }

    func set(_ option: CURLoption, _ value: Int) {
        note(shim_curl_set_long(raw, option, value))
    }

    func set(_ option: CURLoption, offset value: Int) {
        note(shim_curl_set_offset(raw, option, curl_off_t(value)))
    }

    func set(_ option: CURLoption, _ value: String?) {
        note(shim_curl_set_string(raw, option, value))
    }

    func set(_ option: CURLoption, blob text: String) {
        var text = text
        note(text.withUTF8 { shim_curl_set_blob(raw, option, $0.baseAddress, $0.count) })
    }

    func set(_ option: CURLoption, list values: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values {
            guard let longer = curl_slist_append(list, value) else {
                curl_slist_free_all(list)
                return note(CURLE_OUT_OF_MEMORY)
            }
            list = longer
        }
        if let list { lists.append(list) }
        note(shim_curl_set_list(raw, option, list))
    }

    func setBody(_ bytes: [UInt8]) {
        note(bytes.withUnsafeBytes { shim_curl_set_body(raw, $0.baseAddress, $0.count) })
    }

    func long(_ info: CURLINFO) -> Int { shim_curl_get_long(raw, info) }

    func offset(_ info: CURLINFO) -> Int { Int(shim_curl_get_offset(raw, info)) }

    func string(_ info: CURLINFO) -> String? { shim_curl_get_string(raw, info).map { String(cString: $0) } }

    /// PEM of the certificate that the server showed first.
    var leafCertificate: String? { shim_curl_leaf_certificate(raw).map { String(cString: $0) } }

    /// Makes sure that the connection of a transfer that failed serves no other: libcurl keeps it when only an HTTP/2
    /// stream failed, and its version 7.88 then mixes up the next ones. A closed one is dropped when it is looked at.
    func spoilConnection() {
        let socket = shim_curl_active_socket(raw)
        if socket >= 0 { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    /// What libcurl has to say about the last error.
    func reason(_ code: CURLcode) -> String {
        let detail = String(cString: message)
        return detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    }

    func note(_ code: CURLcode) {
        if firstFailure == CURLE_OK { firstFailure = code }
    }
}
