package import Core
import FoundationEssentials
import SwiftProtobuf
import TalosMessages

/// How a new machine config takes effect.
package enum ApplyMode: String, Sendable, Hashable {
    /// Without a reboot where the changes allow it; Talos up to 1.13 reboots otherwise.
    case auto
    case noReboot = "no-reboot"
    /// Talos up to 1.13 only.
    case reboot
    /// At the next reboot.
    case staged
}

/// What a node did with a machine config.
package struct AppliedConfiguration: Sendable, Hashable {
    /// The mode that the node used; nil for one that is unknown here.
    package var mode: ApplyMode?
    package var details: String
    package var warnings: [String]
}

extension TalosClient {
    /// Gives the node a machine config, which replaces the one that it has.
    ///
    /// In maintenance mode the API goes away once the config is taken, so that the answer may be lost: `unreachable` and
    /// `timeout` mean "look again".
    ///
    /// - Parameter dryRun: only says what would be done.
    package func applyConfiguration(
        _ data: [UInt8], mode: ApplyMode = .auto, dryRun: Bool = false, deadline: Duration = .seconds(30)
    ) async throws(Fault) -> AppliedConfiguration {
        let method = TalosMethod.machine("ApplyConfiguration")
        var request = Machine_ApplyConfigurationRequest()
        request.data = Data(data)
        request.mode = mode.message
        request.dryRun = dryRun
        let response: Machine_ApplyConfigurationResponse = try await unary(
            method, request, deadline: deadline, once: true)
        let applied = try single(response.messages, \.metadata, method)
        return AppliedConfiguration(
            mode: ApplyMode(applied.mode), details: applied.modeDetails, warnings: applied.warnings)
    }
}

extension ApplyMode {
    fileprivate var message: Machine_ApplyConfigurationRequest.Mode {
        switch self {
        case .auto: .auto
        case .noReboot: .noReboot
        case .reboot: .reboot
        case .staged: .staged
        }
    }

    fileprivate init?(_ mode: Machine_ApplyConfigurationRequest.Mode) {
        switch mode {
        case .auto: self = .auto
        case .noReboot: self = .noReboot
        case .reboot: self = .reboot
        case .staged: self = .staged
        case .try, .UNRECOGNIZED: return nil
        }
    }
}
