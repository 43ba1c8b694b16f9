import Core
import NetbootWire

/// What a boot client shall load, and the options by which its firmware understands it.
struct BootAnswer: Sendable, Hashable {
    /// A TFTP file name or a URL.
    let file: String
    /// Option 60 of the reply.
    let vendorClass: String
    /// Option 43 of a proxy's reply.
    let vendorSpecific: [UInt8]?

    /// - Returns: nil when there is no loader for the architecture.
    init?(_ client: BootClient, loaders: BootloaderTable, files: BootFiles, httpBaseURL: String) {
        switch client {
        case .ipxe(_, let speaksHTTP):
            // Never a loader: iPXE would load itself again and again.
            file = speaksHTTP ? "\(httpBaseURL)/boot.ipxe" : "boot.ipxe"
            vendorClass = "PXEClient"
            vendorSpecific = nil
        case .rom(let architectures):
            guard let name = loaders.loader(for: architectures.isEmpty ? [0] : architectures, .tftp, from: files) else {
                return nil
            }
            file = name
            vendorClass = "PXEClient"
            // BIOS ROMs load at once; UEFI without this option asks port 4011, which all of it gets right.
            vendorSpecific = client.isBIOS ? PXEVendorOptions.loadBootFileAtOnce : nil
        case .http(let architectures):
            guard let name = loaders.loader(for: architectures, .http, from: files) else { return nil }
            file = "\(httpBaseURL)/bootloaders/\(name)"
            vendorClass = "HTTPClient"
            vendorSpecific = nil
        }
    }

    /// Writes the file into `file` (if it fits) and option 67, and this host as the server of the next step.
    func write(into reply: inout DHCPPacket, server: IPAddress) {
        reply.serverAddress = server
        reply.serverName = Array(server.description.utf8)
        if file.utf8.count < 128 { reply.bootFile = Array(file.utf8) }
        reply.bootFileName = file
    }
}
