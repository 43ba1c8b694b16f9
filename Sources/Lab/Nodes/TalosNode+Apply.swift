import Core
import TalosMessages

/// ApplyConfiguration as Talos 1.13 takes it.
extension TalosNode {
    private typealias Mode = Machine_ApplyConfigurationRequest.Mode

    func apply(
        _ request: Machine_ApplyConfigurationRequest, role: TalosMethod.Role?, personality: NodeLife.Personality
    ) async throws(CallStatus) -> Machine_ApplyConfigurationResponse {
        guard !isApplying else {
            throw CallStatus(.failedPrecondition, "another apply configuration is already in progress")
        }
        let isMaintenance = personality == .maintenance
        guard isMaintenance || role == .admin else { throw CallStatus.notAuthorized }
        isApplying = true
        defer { isApplying = false }
        let config: NodeConfig
        do throws(ConfigRejection) {
            config = try ConfigLoader.load(Array(request.data))
            if !isMaintenance, config.legacy == nil {
                throw ConfigRejection.validation(["the applied machine configuration doesn't contain v1alpha1 config"])
            }
            try check(config)
        } catch {
            throw CallStatus(.invalidArgument, error.description)
        }
        return isMaintenance ? try take(config, request) : try change(config, request)
    }

    /// In maintenance every mode but the staged one means: now, without a reboot.
    private func take(
        _ config: NodeConfig, _ request: Machine_ApplyConfigurationRequest
    ) throws(CallStatus) -> Machine_ApplyConfigurationResponse {
        // The acceptance and the end of maintenance are not one moment: a second call may come in between.
        guard life.stage == .maintenance, !hasAcceptedConfig else {
            throw CallStatus(.failedPrecondition, "another apply configuration is already in progress")
        }
        if !request.dryRun {
            log.write("[talos] machine configuration applied in maintenance")
            hasAcceptedConfig = config.isComplete
            postSoon(.configured(config))
        }
        return response(.noReboot, request)
    }

    private func change(
        _ config: NodeConfig, _ request: Machine_ApplyConfigurationRequest
    ) throws(CallStatus) -> Machine_ApplyConfigurationResponse {
        guard life.stage == .booting || life.stage == .running, let active = life.installation?.config else {
            throw CallStatus(.failedPrecondition, "the node is \(life.stage.talosText)")
        }
        let isImmediate = ImmediateChange.isPossible(from: active, to: config)
        let mode: Mode
        switch request.mode {
        case .reboot: mode = .reboot
        case .staged: mode = .staged
        case .auto: mode = isImmediate ? .noReboot : .reboot
        case .noReboot:
            guard isImmediate else {
                throw CallStatus(.invalidArgument, "this config change can't be applied in immediate mode")
            }
            mode = .noReboot
        case .try, .UNRECOGNIZED:
            throw CallStatus(.unimplemented, "the lab's nodes do not try configurations")
        }
        if !request.dryRun {
            if mode == .staged {
                post(.staged(config))
            } else if config != active || mode == .reboot {
                postSoon(.reconfigured(config, reboot: mode == .reboot))
            }
        }
        return response(mode, request)
    }

    private func response(
        _ mode: Mode, _ request: Machine_ApplyConfigurationRequest
    ) -> Machine_ApplyConfigurationResponse {
        var applied = Machine_ApplyConfiguration()
        applied.mode = mode
        let details =
            switch mode {
            case .reboot: "Applied configuration with a reboot"
            case .staged: "Staged configuration to be applied after the next reboot"
            default: "Applied configuration without a reboot"
            }
        applied.modeDetails =
            request.dryRun ? "Dry run summary:\n\(details) (skipped in dry-run).\n" : details
        var response = Machine_ApplyConfigurationResponse()
        response.messages = [applied]
        return response
    }
}
