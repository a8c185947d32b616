-- The facts of a home. No secret and no token in any column.
CREATE TABLE connections (
    id             TEXT PRIMARY KEY NOT NULL,
    label_key      TEXT NOT NULL,
    label          TEXT NOT NULL,
    provider       TEXT NOT NULL,
    removed_at     INTEGER,            -- ms since 1970, as all moments that are compared
    due_at         INTEGER,
    in_doubt_since INTEGER,
    rules_version  INTEGER NOT NULL,   -- of the rules that computed due_at
    body           TEXT NOT NULL       -- the connection as JSON; the columns above are an index of it
) STRICT;
CREATE UNIQUE INDEX connections_label ON connections (label_key) WHERE removed_at IS NULL;
CREATE INDEX connections_due ON connections (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;

-- One row, raised by every write.
CREATE TABLE changes (n INTEGER NOT NULL) STRICT;
INSERT INTO changes VALUES (0);

CREATE TABLE aliases (
    key        TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL,
    connection TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE
) STRICT;

-- Keyed hashes of the tokens now kept.
CREATE TABLE marks (
    mark       TEXT NOT NULL,
    connection TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    PRIMARY KEY (mark, connection)
) STRICT;

-- Outlives its connections. Each line is chained to the one before it.
CREATE TABLE events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    at         TEXT NOT NULL,          -- RFC 3339, nanoseconds
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL,
    code       TEXT,
    detail     TEXT,
    chain      TEXT NOT NULL           -- SHA-256 of the previous chain and this line
) STRICT;
CREATE INDEX events_connection ON events (connection, seq);

CREATE TABLE peers (
    fingerprint   TEXT PRIMARY KEY NOT NULL,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    card          TEXT NOT NULL,
    words         TEXT NOT NULL,       -- JSON list
    nonce         TEXT NOT NULL,
    added_at      TEXT NOT NULL,
    last_heard_at TEXT
) STRICT;

CREATE TABLE sent_bundles (
    id          TEXT PRIMARY KEY NOT NULL,
    recipient   TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    path        TEXT NOT NULL,
    expires     TEXT NOT NULL,
    connections TEXT NOT NULL,         -- JSON list of [id, version]
    state       TEXT NOT NULL
) STRICT;

CREATE TABLE seen_bundles (
    id        TEXT PRIMARY KEY NOT NULL,
    sha256    TEXT NOT NULL,
    sender    TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    expires   TEXT NOT NULL,
    receipt   TEXT NOT NULL
) STRICT;

-- Ciphertext of credentials that are too long for a keychain entry; the entry has the key.
CREATE TABLE spills (
    owner      TEXT NOT NULL,
    key        TEXT NOT NULL,
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;
