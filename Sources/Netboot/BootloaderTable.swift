import Core

/// Which boot loader a client architecture gets: the table of `pxe/bootloaders.txt`.
struct BootloaderTable: Sendable, Hashable {
    enum Transport: String, Sendable, Hashable {
        case tftp
        case http
    }

    struct Row: Sendable, Hashable {
        let transport: Transport
        let files: [String]
    }

    static let file = "pxe/bootloaders.txt"

    private let rows: [UInt16: Row]

    /// Reads lines of a number, a transport and file names; `#` begins a comment.
    init(parsing text: String, file: String = BootloaderTable.file) throws(Fault) {
        var rows: [UInt16: Row] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
            guard !words.isEmpty else { continue }
            let location = "\(file):\(index + 1)"
            guard words.count >= 3, let number = UInt16(words[0]), let transport = Transport(rawValue: words[1]) else {
                throw Fault(
                    .usage, "the line is no row of the boot loader table", at: location,
                    next: "write a number, tftp or http, and file names")
            }
            guard rows.updateValue(Row(transport: transport, files: Array(words[2...])), forKey: number) == nil else {
                throw Fault(.usage, "architecture \(number) has two rows", at: location)
            }
        }
        self.rows = rows
    }

    /// The loader for the first architecture that has one among the files at hand.
    func loader(for architectures: [UInt16], _ transport: Transport, from files: BootFiles) -> String? {
        for architecture in architectures {
            guard let row = rows[architecture], row.transport == transport else { continue }
            if let name = row.files.first(where: { files[$0] != nil }) { return name }
        }
        return nil
    }

    /// All files that the table names.
    var files: [String] { rows.values.flatMap(\.files) }
}
