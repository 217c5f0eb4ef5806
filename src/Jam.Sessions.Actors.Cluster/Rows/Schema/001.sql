-- The cluster that owns these sessions: one row. The secret decides where keys live, so it never changes.
create table store (
    only_one boolean primary key default true check (only_one),
    version int not null,
    shards int not null,
    secret bytea not null,
    -- How many imports have ended: nodes that find another number than before read their rows anew.
    imports bigint not null default 0,
    created_at timestamptz not null default now()
);

-- Each change and each change of owner takes a number that no other ever had.
create sequence versions;

-- A key that has sessions, or an owner. Whoever knows its version may change it; nobody else can.
create table keys (
    route bytea primary key,
    version bigint not null,
    claimed_at timestamptz not null default now(),
    requests bytea not null default ''
) with (fillfactor = 70);

create table sessions (
    digest bytea primary key,
    route bytea not null,
    key bytea not null,
    number bigint not null,
    handle text not null,
    data bytea not null,
    created_at double precision not null,
    is_timed boolean not null,
    own_idle bigint,
    own_max bigint,
    since double precision not null,
    seen double precision not null,
    deadline bigint,
    before_digest bytea,
    before_until double precision,
    before_sealed bytea
) with (fillfactor = 70);

create index sessions_route on sessions (route);
create index sessions_key on sessions (key, number, digest);
create index sessions_deadline on sessions (deadline) where deadline is not null;
create index sessions_before on sessions (before_digest) where before_digest is not null;

-- What ended lately, for those nodes that are not its owner.
create table ends (
    number bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    node uuid not null,
    key bytea not null,
    handle text not null,
    why smallint not null
);

create index ends_at on ends (at);

-- Which sessions came in by an import: the first 8 bytes of the digest of each id, one after the other, a row for each transaction. A session comes in once: an
-- import that goes on after an interruption, or is made again, brings back nothing that has ended since.
create table imports (
    number bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    sessions bytea not null
);

-- The nodes that are up, each life of one under a number of its own. Two clusters on the same tables see each other here.
create table nodes (
    number bigint generated always as identity primary key,
    node uuid not null unique,
    address text not null,
    at timestamptz not null
);
