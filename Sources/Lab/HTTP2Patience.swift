import NIOCore
import NIOHTTP2

extension NIOHTTP2Handler.StreamConfiguration {
    /// NIO's defaults without giving up a connection over streams that the client resets.
    ///
    /// libcurl 7.88, that of Debian 12, resets nearly every stream that has ended well (its `http2_handle_stream_close`
    /// forgets that it has), and NIO's default takes 200 resets within 30 seconds for an attack. Go's servers, which the
    /// real kube-apiserver and Talos are, have no such limit for streams that are done.
    static var patient: Self {
        var configuration = Self()
        configuration.streamResetFrameRateLimit.maximumCount = 10_000
        configuration.streamResetFrameRateLimit.windowLength = .seconds(1)
        return configuration
    }
}
