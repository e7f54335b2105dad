CREATE TABLE events (
    sequence BIGINT PRIMARY KEY,
    stream TEXT NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX events_of_a_stream ON events (stream, sequence);
CREATE TABLE commands (
    key TEXT PRIMARY KEY,
    request BLOB NOT NULL,
    first_event BIGINT NOT NULL,
    last_event BIGINT NOT NULL
);
CREATE TABLE projections (
    name TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL
);
CREATE TABLE devices (
    device BLOB PRIMARY KEY,
    public_key BLOB NOT NULL,
    kind TEXT NOT NULL,
    receipt BIGINT NOT NULL,
    machine BLOB NOT NULL,
    capacity_watt BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL
);
CREATE TABLE batches (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    root BLOB NOT NULL,
    records BLOB NOT NULL
);
CREATE TABLE runs (
    device BLOB NOT NULL,
    first_sequence BIGINT NOT NULL,
    last_sequence BIGINT NOT NULL,
    slot_start BIGINT NOT NULL,
    slot_end BIGINT NOT NULL,
    batch BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (device, last_sequence)
);
CREATE TABLE evidence (
    device BLOB NOT NULL,
    kind TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    hash BLOB NOT NULL,
    at BIGINT NOT NULL,
    record BLOB NOT NULL,
    taken BLOB NOT NULL,
    PRIMARY KEY (device, kind, sequence, hash)
);
CREATE TABLE segments (
    id BIGINT PRIMARY KEY,
    first_batch BIGINT NOT NULL,
    last_batch BIGINT NOT NULL,
    root BLOB NOT NULL,
    anchor TEXT NOT NULL
);
CREATE TABLE archived (
    segment BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);
