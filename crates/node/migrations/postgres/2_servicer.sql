CREATE TABLE usage (
    device BYTEA NOT NULL,
    day BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    busy_microseconds BIGINT NOT NULL,
    watt_hour BIGINT NOT NULL,
    PRIMARY KEY (device, day)
);
CREATE INDEX usage_of_a_day ON usage (day);
CREATE TABLE deals (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    is_over BIGINT NOT NULL,
    currency TEXT NOT NULL,
    decimals BIGINT NOT NULL,
    plan_hash TEXT NOT NULL,
    closing BIGINT NOT NULL,
    next_number BIGINT NOT NULL,
    next_date BIGINT NOT NULL,
    events BIGINT NOT NULL,
    cleared BIGINT NOT NULL,
    ledger_hash TEXT NOT NULL,
    terms TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    opened_role TEXT NOT NULL,
    opened_at BIGINT NOT NULL
);
CREATE TABLE deal_notes (
    deal TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    original BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    coupon_ppb BIGINT NOT NULL,
    interest_late BIGINT NOT NULL,
    interest_paid BIGINT NOT NULL,
    principal_paid BIGINT NOT NULL,
    written_off BIGINT NOT NULL,
    PRIMARY KEY (deal, position)
);
CREATE TABLE deal_accounts (
    deal TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    balance BIGINT NOT NULL,
    PRIMARY KEY (deal, position)
);
CREATE TABLE payments (
    deal TEXT NOT NULL,
    number BIGINT NOT NULL,
    day BIGINT NOT NULL,
    at BIGINT NOT NULL,
    event BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    short BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (deal, number)
);
CREATE TABLE postings (
    deal TEXT NOT NULL,
    place BIGINT NOT NULL,
    event BIGINT NOT NULL,
    payment BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    step TEXT NOT NULL,
    payer TEXT NOT NULL,
    payee TEXT NOT NULL,
    amount BIGINT NOT NULL,
    short BIGINT NOT NULL,
    PRIMARY KEY (deal, place)
);
CREATE INDEX postings_of_an_event ON postings (deal, event);
CREATE TABLE positions (
    place BIGINT PRIMARY KEY,
    deal TEXT NOT NULL,
    note TEXT NOT NULL,
    holder TEXT NOT NULL,
    units BIGINT NOT NULL,
    UNIQUE (deal, note, holder)
);
CREATE INDEX positions_of_a_holder ON positions (holder, place);
CREATE TABLE receipts (
    deal TEXT NOT NULL,
    number BIGINT NOT NULL,
    machines BIGINT NOT NULL,
    bailee TEXT NOT NULL,
    insured_until BIGINT NOT NULL,
    attested_until BIGINT NOT NULL,
    PRIMARY KEY (deal, number)
);
CREATE INDEX receipts_by_insurance ON receipts (insured_until);
CREATE INDEX receipts_by_attestation ON receipts (attested_until);
CREATE TABLE machines (
    machine BYTEA NOT NULL,
    deal TEXT NOT NULL,
    receipt BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (machine, deal)
);
CREATE INDEX machines_of_a_receipt ON machines (deal, receipt, machine);
CREATE INDEX devices_of_a_machine ON devices (machine);
CREATE TABLE warnings (
    id BIGINT PRIMARY KEY,
    deal TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    ended BIGINT NOT NULL
);
CREATE INDEX warnings_of_a_subject ON warnings (deal, kind, subject, ended);
CREATE TABLE rents (
    place BIGINT PRIMARY KEY,
    deal TEXT NOT NULL,
    reference TEXT NOT NULL,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    due BIGINT NOT NULL,
    came BIGINT NOT NULL,
    late_days BIGINT NOT NULL,
    UNIQUE (deal, reference)
);
CREATE INDEX rents_by_due ON rents (deal, due);
CREATE TABLE statements (
    place BIGINT PRIMARY KEY,
    deal TEXT NOT NULL,
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    opening BIGINT NOT NULL,
    closing BIGINT NOT NULL,
    matched BIGINT NOT NULL,
    unmatched BIGINT NOT NULL,
    sender TEXT NOT NULL,
    sender_role TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (deal, account, id)
);
CREATE TABLE statement_lines (
    statement BIGINT NOT NULL,
    position BIGINT NOT NULL,
    deal TEXT NOT NULL,
    amount BIGINT NOT NULL,
    booked BIGINT NOT NULL,
    bank_reference TEXT NOT NULL,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    words TEXT NOT NULL,
    status TEXT NOT NULL,
    rent TEXT NOT NULL,
    PRIMARY KEY (statement, position)
);
CREATE INDEX lines_of_a_status ON statement_lines (deal, status, statement, position);
CREATE INDEX lines_of_a_reference ON statement_lines (deal, bank_reference);
CREATE TABLE attestations (
    place BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    deal TEXT NOT NULL,
    what TEXT NOT NULL,
    as_of BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    proposer TEXT NOT NULL,
    proposer_role TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    decider TEXT NOT NULL,
    decider_role TEXT NOT NULL
);
CREATE INDEX attestations_of_a_deal ON attestations (deal, status, place);
CREATE TABLE bank_accounts (
    deal TEXT NOT NULL,
    payee TEXT NOT NULL,
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    bank TEXT NOT NULL,
    PRIMARY KEY (deal, payee)
);
CREATE TABLE attempts (
    work TEXT PRIMARY KEY,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    message TEXT NOT NULL
);
