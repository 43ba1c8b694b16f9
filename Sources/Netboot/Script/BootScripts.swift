import Core
import Embedded

/// The scripts that machines get, made from the templates of `pxe/`.
struct BootScripts: Sendable {
    private let entryTemplate: ScriptTemplate
    private let installTemplate: ScriptTemplate
    private let holdTemplate: ScriptTemplate
    private let localTemplate: ScriptTemplate
    private let baseURL: String

    init(embedded: Embedded, baseURL: String) throws(Fault) {
        func template(_ name: String) throws(Fault) -> ScriptTemplate {
            try ScriptTemplate(parsing: try embedded.text("pxe/\(name)"), file: "pxe/\(name)")
        }
        entryTemplate = try template("boot.ipxe")
        installTemplate = try template("install.ipxe")
        holdTemplate = try template("hold.ipxe")
        localTemplate = try template("local.ipxe")
        self.baseURL = baseURL
    }

    /// The script that asks for the machine's own one.
    func entry() throws(Fault) -> String {
        try entryTemplate.render(["base-url": .word(baseURL)])
    }

    /// The script for a decision; nil when the machine is to be ignored.
    func script(for decision: BootDecision, _ request: ScriptRequest) throws(Fault) -> String? {
        var values: [String: ScriptValue] = [
            "base-url": .word(baseURL), "mac": .word(request.machine.mac.description),
            "script-url": .word("\(baseURL)/boot/script?\(request.query)"),
        ]
        switch decision {
        case .ignore:
            return nil
        case .local(let reason):
            values["reason"] = .message(reason)
            return try localTemplate.render(values)
        case .hold(let reason, let retryAfter):
            values["reason"] = .message(reason)
            values["seconds"] = .word(String(max(1, min(retryAfter.components.seconds, 3600))))
            return try holdTemplate.render(values)
        case .install(let target):
            values["kernel"] = .word(target.kernelAsset)
            values["initramfs"] = .word(target.initramfsAsset)
            // Kernels started by an older EFI iPXE find the file by this name; newer ones need it not.
            let initrd = request.isEFI ? ["initrd=\(target.initramfsAsset)"] : []
            values["arguments"] = .words(target.arguments + initrd)
            return try installTemplate.render(values)
        }
    }
}
