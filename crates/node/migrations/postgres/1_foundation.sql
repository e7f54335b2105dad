CREATE TABLE events (
    sequence BIGINT PRIMARY KEY,
    stream TEXT NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX events_of_a_stream ON events (stream, sequence);
CREATE TABLE commands (
    key TEXT PRIMARY KEY,
    request BYTEA NOT NULL,
    first_event BIGINT NOT NULL,
    last_event BIGINT NOT NULL
);
CREATE TABLE projections (
    name TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL
);
CREATE TABLE devices (
    device BYTEA PRIMARY KEY,
    public_key BYTEA NOT NULL,
    kind TEXT NOT NULL,
    receipt BIGINT NOT NULL,
    machine BYTEA NOT NULL,
    capacity_watt BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL
);
CREATE TABLE batches (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    root BYTEA NOT NULL,
    records BYTEA NOT NULL
);
CREATE TABLE runs (
    device BYTEA NOT NULL,
    first_sequence BIGINT NOT NULL,
    last_sequence BIGINT NOT NULL,
    slot_start BIGINT NOT NULL,
    slot_end BIGINT NOT NULL,
    batch BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (device, last_sequence)
);
CREATE TABLE evidence (
    device BYTEA NOT NULL,
    kind TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    at BIGINT NOT NULL,
    record BYTEA NOT NULL,
    taken BYTEA NOT NULL,
    PRIMARY KEY (device, kind, sequence, hash)
);
CREATE TABLE segments (
    id BIGINT PRIMARY KEY,
    first_batch BIGINT NOT NULL,
    last_batch BIGINT NOT NULL,
    root BYTEA NOT NULL,
    anchor TEXT NOT NULL
);
CREATE TABLE archived (
    segment BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);
-- Signatures do not compress, and a part of a batch is read without the rest.
ALTER TABLE batches ALTER COLUMN records SET STORAGE EXTERNAL;
