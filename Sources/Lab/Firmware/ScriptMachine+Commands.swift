/// The commands of iPXE.
extension ScriptMachine {
    enum Performed {
        case done
        case failed(String)
        case effect(Effect)
    }

    /// Options that take a value in the next word.
    private static let valued: Set<String> = [
        "--name", "-n", "--timeout", "-t", "--configurator", "-c", "--key", "-k", "--drive", "-d",
    ]

    mutating func perform(_ words: [String]) -> Performed {
        guard let command = words.first else { return .done }
        var options: [String: String] = [:]
        var arguments: [String] = []
        var rest = words.dropFirst()
        // Options end where the first other word stands: what follows may be a kernel's.
        while let word = rest.first, word.hasPrefix("-"), word.count > 1 {
            rest = rest.dropFirst()
            if Self.valued.contains(word), let value = rest.popFirst() {
                options[word] = value
            } else {
                options[word] = ""
            }
        }
        arguments = Array(rest)
        switch command {
        case "echo", "imgstat", "ifstat", "ifclose", "route", "console", "colour", "cpair": return .done
        case "set":
            guard let name = Self.setting(arguments) else { return .failed("set: no setting named") }
            variables[name] = arguments.dropFirst().joined(separator: " ")
            return .done
        case "clear":
            if let name = Self.setting(arguments) { variables[name] = nil }
            return .done
        case "isset": return arguments.first?.isEmpty == false ? .done : .failed("isset: not set")
        case "iseq":
            return arguments.count == 2 && arguments[0] == arguments[1] ? .done : .failed("iseq: not equal")
        case "inc":
            guard let name = Self.setting(arguments) else { return .failed("inc: no setting named") }
            let step = arguments.dropFirst().first.flatMap { Int($0) } ?? 1
            variables[name] = String((variables[name].flatMap { Int($0) } ?? 0) + step)
            return .done
        case "goto": return go(to: arguments.first ?? "")
        case "exit": return exit(arguments.first)
        case "sleep": return .effect(.sleep(seconds: arguments.first.flatMap { Double($0) } ?? 0))
        case "prompt": return .failed("prompt: timed out")
        case "dhcp", "ifconf", "autoconf":
            return Self.isCabled(arguments) ? .effect(.configureNetwork) : .failed("\(command): link is down")
        case "ifopen", "iflinkwait":
            return Self.isCabled(arguments) ? .done : .failed("\(command): link is down")
        case "chain", "imgexec", "boot": return chain(command, options, arguments)
        case "kernel", "imgselect", "initrd", "imgfetch", "module":
            return fetch(command, options, arguments)
        case "imgargs":
            guard let index = images.firstIndex(where: { $0.name == arguments.first }) else {
                return .failed("imgargs: no such image")
            }
            images[index].arguments = arguments.dropFirst().joined(separator: " ")
            return .done
        case "imgfree":
            images.removeAll { arguments.isEmpty || arguments.contains($0.name) }
            return .done
        case "cpuid": return .done
        case "sanboot": return isUEFI ? .failed("sanboot: no such drive") : .effect(.end(.bootDisk))
        case "reboot": return .effect(.end(.reboot))
        case "poweroff": return .effect(.end(.powerOff))
        default: return .failed("\(command): command not found")
        }
    }

    /// The name of a setting without its type: `tries` of `tries:int32`.
    private static func setting(_ arguments: [String]) -> String? {
        arguments.first.flatMap { $0.split(separator: ":").first }.map(String.init)
    }

    /// Only the first port has a cable.
    private static func isCabled(_ arguments: [String]) -> Bool {
        arguments.isEmpty || arguments.contains("net0")
    }

    private mutating func go(to label: String) -> Performed {
        guard let frame = frames.last, !label.isEmpty,
            let line = frame.lines.firstIndex(where: {
                let words = $0.split(whereSeparator: \.isWhitespace)
                return words.first.map(String.init) == ":\(label)"
            })
        else { return .failed("goto: no such label \(label)") }
        frames[frames.count - 1].next = line + 1
        return .done
    }

    private mutating func exit(_ code: String?) -> Performed {
        let number = code.flatMap { Int($0) } ?? 0
        // The rest of its line is lost with the script.
        guard let effect = leave(error: number == 0 ? nil : "exit \(number)", isExit: true) else { return .done }
        return .effect(effect)
    }

    private mutating func chain(
        _ command: String, _ options: [String: String], _ arguments: [String]
    ) -> Performed {
        guard let target = arguments.first else {
            return command == "chain" ? .failed("chain: nothing to chain") : boot(nil)
        }
        if images.contains(where: { $0.name == target }) { return boot(target) }
        guard let url = resolve(target) else { return .failed("\(command): \(target) is no URL") }
        pendingReplace = options["--replace"] != nil || options["-r"] != nil
        pendingBase = url
        if options["--autofree"] != nil || options["-a"] != nil { images = [] }
        return .effect(.fetchScript(url))
    }

    private mutating func boot(_ name: String?) -> Performed {
        guard let kernel = images.last(where: { name == nil ? $0.isKernel : $0.name == name }) else {
            return .failed("boot: no image to boot")
        }
        let initrds = images.filter { $0 != kernel }.map(\.name)
        return .effect(.end(.boot(kernel: kernel.name, arguments: kernel.arguments, initrds: initrds)))
    }

    private mutating func fetch(
        _ command: String, _ options: [String: String], _ arguments: [String]
    ) -> Performed {
        guard let target = arguments.first else { return .failed("\(command): no URL") }
        let isKernel = command == "kernel" || command == "imgselect"
        let words = arguments.dropFirst().joined(separator: " ")
        if let index = images.firstIndex(where: { $0.name == target }) {
            images[index].isKernel = images[index].isKernel || isKernel
            if !words.isEmpty { images[index].arguments = words }
            return .done
        }
        guard let url = resolve(target) else { return .failed("\(command): \(target) is no URL") }
        let name = options["--name"] ?? options["-n"] ?? url.name
        pendingImage = Image(name: name, arguments: words, isKernel: isKernel)
        return .effect(.fetchImage(url, name: name))
    }

    private func resolve(_ reference: String) -> BootURL? {
        frames.last.flatMap { $0.base.resolving(reference) } ?? BootURL(reference)
    }
}
