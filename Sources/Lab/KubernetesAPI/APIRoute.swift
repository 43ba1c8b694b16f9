/// Where the path of a request leads.
enum APIRoute: Sendable {
    case root
    case version
    case health(String)
    case coreVersions
    case groups
    case group(String)
    case resources(GroupVersion)
    case openAPIv2
    case openAPIIndex
    case openAPI(GroupVersion)
    case resource(ResourceAddress, isWatch: Bool)
    case unknown

    init(_ segments: [String]) {
        switch segments.first {
        case nil: self = .root
        case "version" where segments.count == 1: self = .version
        case "readyz", "livez", "healthz": self = .health(segments[0])
        case "openapi": self = APIRoute.openAPI(segments.dropFirst())
        case "api":
            switch segments.count {
            case 1: self = .coreVersions
            case 2: self = .resources(GroupVersion(group: "", version: segments[1]))
            default: self = APIRoute.resource(GroupVersion(group: "", version: segments[1]), segments.dropFirst(2))
            }
        case "apis":
            switch segments.count {
            case 1: self = .groups
            case 2: self = .group(segments[1])
            case 3: self = .resources(GroupVersion(group: segments[1], version: segments[2]))
            default:
                self = APIRoute.resource(
                    GroupVersion(group: segments[1], version: segments[2]), segments.dropFirst(3))
            }
        default: self = .unknown
        }
    }

    private static func openAPI(_ segments: ArraySlice<String>) -> APIRoute {
        let segments = Array(segments)
        switch segments.count {
        case 1 where segments[0] == "v2": return .openAPIv2
        case 1 where segments[0] == "v3": return .openAPIIndex
        case 3 where segments[1] == "api": return .openAPI(GroupVersion(group: "", version: segments[2]))
        case 4 where segments[1] == "apis": return .openAPI(GroupVersion(group: segments[2], version: segments[3]))
        default: return .unknown
        }
    }

    private static func resource(_ groupVersion: GroupVersion, _ segments: ArraySlice<String>) -> APIRoute {
        var rest = Array(segments)
        let isWatch = rest.first == "watch"
        if isWatch { rest.removeFirst() }
        var address = ResourceAddress(group: groupVersion.group, version: groupVersion.version, plural: "")
        if rest.count >= 3, rest[0] == "namespaces", !["status", "finalize"].contains(rest[2]) {
            address.namespace = rest[1]
            rest.removeFirst(2)
        }
        guard 1...3 ~= rest.count else { return .unknown }
        address.plural = rest[0]
        address.name = rest.count > 1 ? rest[1] : nil
        address.subresource = rest.count > 2 ? rest[2] : nil
        return .resource(address, isWatch: isWatch)
    }
}
