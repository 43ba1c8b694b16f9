import Core

/// A column of the table that `kubectl get` shows.
struct PrinterColumn: Sendable {
    let name: String
    let type: String
    let format: String
    let description: String
    /// 0 is always shown, more only with `-o wide`.
    let priority: Int
    let cell: @Sendable (JSON, Timestamp) -> JSON

    init(
        _ name: String, type: String = "string", format: String = "", description: String = "", priority: Int = 0,
        cell: @escaping @Sendable (JSON, Timestamp) -> JSON
    ) {
        self.name = name
        self.type = type
        self.format = format
        self.description = description
        self.priority = priority
        self.cell = cell
    }

    /// A column that shows one field.
    init(_ name: String, _ path: String..., priority: Int = 0) {
        self.init(name, priority: priority) { object, _ in object[path] ?? "" }
    }

    static let nameColumn = PrinterColumn("Name", format: "name", description: "Name of the object") { object, _ in
        object["metadata"]?["name"] ?? ""
    }
    static let age = PrinterColumn("Age", description: "Time since the object was created") { object, now in
        .string(HumanDuration.since(object["metadata"]?["creationTimestamp"], now))
    }
    static let createdAt = PrinterColumn("Created At") { object, _ in object["metadata"]?["creationTimestamp"] ?? "" }
    static let nameAndAge = [nameColumn, age]

    /// A column of a CRD (`additionalPrinterColumns`); nil if its path cannot be read.
    init?(definition: JSON) {
        guard let name = definition["name"]?.string, let type = definition["type"]?.string,
            let path = definition["jsonPath"]?.string.flatMap({ JSONPath($0) })
        else { return nil }
        self.init(
            name, type: type == "date" ? "date" : type, format: definition["format"]?.string ?? "",
            description: definition["description"]?.string ?? "", priority: definition["priority"]?.int ?? 0
        ) { object, now in
            path.values(in: object).first.map { PrinterColumn.cell($0, type, now) } ?? .null
        }
    }

    private static func cell(_ value: JSON, _ type: String, _ now: Timestamp) -> JSON {
        switch (type, value) {
        case ("string", .string), ("boolean", .bool): value
        case ("string", _): .string(value.description)
        case ("integer", _): value.number.map { .int(Int64($0)) } ?? .null
        case ("number", _): value.number == nil ? .null : value
        case ("date", _): .string(HumanDuration.since(value, now))
        default: .null
        }
    }

    var definition: JSON {
        .fields([
            "name": .string(name), "type": .string(type), "format": .string(format),
            "description": .string(description), "priority": .int(Int64(priority)),
        ])
    }
}

/// How long ago something was, in the words of `k8s.io/apimachinery/pkg/util/duration`.
enum HumanDuration {
    static func since(_ moment: JSON?, _ now: Timestamp) -> String {
        guard let text = moment?.string else { return "<unknown>" }
        guard let time = Timestamp(text) else { return "<invalid>" }
        return HumanDuration.text(seconds: Int(now.seconds - time.seconds))
    }

    static func text(seconds: Int) -> String {
        guard seconds >= -1 else { return "<invalid>" }
        guard seconds >= 0 else { return "0s" }
        let (minutes, hours) = (seconds / 60, seconds / 3600)
        let days = hours / 24
        return switch true {
        case _ where seconds < 120: "\(seconds)s"
        case _ where minutes < 10: "\(minutes)m" + part(seconds % 60, "s")
        case _ where minutes < 180: "\(minutes)m"
        case _ where hours < 8: "\(hours)h" + part(minutes % 60, "m")
        case _ where hours < 48: "\(hours)h"
        case _ where hours < 192: "\(days)d" + part(hours % 24, "h")
        case _ where days < 730: "\(days)d"
        case _ where days < 2920: "\(days / 365)y" + part(days % 365, "d")
        default: "\(days / 365)y"
        }
    }

    private static func part(_ number: Int, _ unit: String) -> String { number == 0 ? "" : "\(number)\(unit)" }
}
