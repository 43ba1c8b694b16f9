import Core
import FoundationEssentials
import GRDB
package import Inventory

/// A ``Store`` in one SQLite file: write-ahead log, `synchronous=FULL`, so that a returned write survives power loss.
package final class SQLiteStore: Store {
    private let database: DatabasePool

    /// Opens or creates the file.
    package init(path: String) throws {
        do {
            database = try DatabasePool(path: path)
            // The pool sets NORMAL with which a power failure may lose the last transactions.
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Self.migrator.migrate(database)
        } catch {
            throw Fault(.corrupted, "cannot open the cluster's state", at: path, cause: error)
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE record (
                        sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, step TEXT,
                        payload BLOB NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL);
                    CREATE TABLE plan (number INTEGER PRIMARY KEY, id TEXT NOT NULL, content BLOB NOT NULL);
                    CREATE TABLE pin (asset TEXT PRIMARY KEY, sha256 TEXT NOT NULL);
                    CREATE TABLE machine (node TEXT PRIMARY KEY, content BLOB NOT NULL);
                    CREATE TABLE token (
                        hash TEXT PRIMARY KEY, node TEXT NOT NULL, address TEXT, expires INTEGER NOT NULL,
                        spent INTEGER NOT NULL DEFAULT 0);
                    """)
        }
        return migrator
    }

    /// SQLite's `synchronous` setting of the connection that writes: 2 is FULL.
    package func synchronous() throws -> Int? {
        try database.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
    }

    package func records() throws -> [JournalRecord] {
        try database.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM record ORDER BY sequence").map { row in
                try JournalRecord(
                    stored: row["sequence"], time: Timestamp(milliseconds: row["time"]), kind: row["kind"],
                    step: row["step"], payload: JSON(parsing: Self.bytes(row["payload"])),
                    previous: Self.bytes(row["previous"]), hash: Self.bytes(row["hash"]))
            }
        }
    }

    package func append(_ record: JournalRecord) throws {
        try database.write { database in
            try database.execute(
                sql: "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    record.sequence, record.time.milliseconds, record.kind.rawValue, record.step,
                    Data(record.payload.serialized()), Data(record.previous), Data(record.hash),
                ])
        }
    }

    package func currentPlan() async throws -> Plan? {
        let content = try await database.read { database in
            try Data.fetchOne(database, sql: "SELECT content FROM plan ORDER BY number DESC LIMIT 1")
        }
        guard let content else { return nil }
        return try JSONDecoder().decode(Plan.self, from: content)
    }

    package func commit(_ plan: Plan, parent: String?) async throws {
        let content = try JSONEncoder().encode(plan)
        try await database.write { database in
            let current = try String.fetchOne(database, sql: "SELECT id FROM plan ORDER BY number DESC LIMIT 1")
            guard current == parent else {
                throw Fault(
                    .conflict, "another plan has been committed meanwhile", why: "it is \(current ?? "none")",
                    next: "run the command again")
            }
            try database.execute(sql: "INSERT INTO plan (id, content) VALUES (?, ?)", arguments: [plan.id, content])
        }
    }

    package func pin(of asset: String) async throws -> String? {
        try await database.read { database in
            try String.fetchOne(database, sql: "SELECT sha256 FROM pin WHERE asset = ?", arguments: [asset])
        }
    }

    package func setPin(_ sha256: String, of asset: String) async throws {
        try await database.write { database in
            try database.execute(
                sql: "INSERT INTO pin VALUES (?, ?) ON CONFLICT (asset) DO UPDATE SET sha256 = excluded.sha256",
                arguments: [asset, sha256])
        }
    }

    package func machine(_ node: String) async throws -> MachineRecord {
        try await database.read { database in try Self.machine(node, in: database) }
    }

    package func update(_ node: String, _ change: @Sendable @escaping (inout MachineRecord) -> Void) async throws {
        try await database.write { database in
            let old = try Self.machine(node, in: database)
            var new = old
            change(&new)
            guard new != old else { return }
            try database.execute(
                sql: "INSERT INTO machine VALUES (?, ?) ON CONFLICT (node) DO UPDATE SET content = excluded.content",
                arguments: [node, try JSONEncoder().encode(new)])
        }
    }

    package func issue(_ token: ConfigToken) async throws {
        try await database.write { database in
            try database.execute(
                sql: "INSERT INTO token (hash, node, address, expires) VALUES (?, ?, ?, ?)",
                arguments: [token.hash, token.node, token.address, token.expires.milliseconds])
            // A machine may ask for its script again before it uses the first token: the newest few stay good.
            try database.execute(
                sql: """
                    DELETE FROM token WHERE node = ?1 AND hash NOT IN
                        (SELECT hash FROM token WHERE node = ?1 ORDER BY expires DESC, rowid DESC LIMIT 8)
                    """, arguments: [token.node])
        }
    }

    package func token(hash: String) async throws -> ConfigToken? {
        try await database.read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM token WHERE hash = ? AND spent = 0", arguments: [hash])
                .map { row in
                    ConfigToken(
                        hash: row["hash"], node: row["node"], address: row["address"],
                        expires: Timestamp(milliseconds: row["expires"]))
                }
        }
    }

    package func spend(hash: String) async throws -> Bool {
        try await database.write { database in
            try database.execute(
                sql: """
                    UPDATE token SET spent = 1 WHERE spent = 0
                        AND node = (SELECT node FROM token WHERE hash = ? AND spent = 0)
                    """, arguments: [hash])
            return database.changesCount > 0
        }
    }

    private static func machine(_ node: String, in database: Database) throws -> MachineRecord {
        let content = try Data.fetchOne(
            database, sql: "SELECT content FROM machine WHERE node = ?", arguments: [node])
        return try content.map { try JSONDecoder().decode(MachineRecord.self, from: $0) } ?? MachineRecord()
    }

    private static func bytes(_ data: Data) -> [UInt8] { Array(data) }
}
