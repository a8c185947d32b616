-- Client registrations that connections share. Their secrets are in the vault.
CREATE TABLE apps (
    id        TEXT PRIMARY KEY NOT NULL,
    label_key TEXT UNIQUE NOT NULL,
    body      TEXT NOT NULL            -- the app as JSON
) STRICT;
