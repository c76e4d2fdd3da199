-- The platform's own tables. Everything a case does is written by one statement over these (see runtime/apply).

create schema if not exists onevisit;

-- Raises inside the transition's own statement, so that a count that is not the expected one undoes all of it.
create function onevisit.expect(actual bigint, expected bigint, code text, detail text) returns int
language plpgsql as $$
begin
  if actual is distinct from expected then
    raise exception using errcode = 'OV001', message = code, detail = coalesce(detail, '');
  end if;
  return 1;
end $$;

-- Who ---------------------------------------------------------------------------------------------------------

create table onevisit.subject (
  id uuid primary key,                    -- pseudonymous: keyed hash of class and identity number
  class text not null,
  name text not null,                     -- encrypted
  identity text,                          -- encrypted
  region text,
  more jsonb not null default '{}',
  created_at timestamptz not null
);

create table onevisit.account (
  id uuid primary key,
  username text not null unique,
  password text not null,
  kind text not null check (kind in ('person', 'firm', 'staff', 'app', 'admin')),
  subject uuid references onevisit.subject (id),
  name text not null,
  org text,
  region text,
  disabled boolean not null default false,
  created_at timestamptz not null
);

create table onevisit.account_post (
  account uuid not null references onevisit.account (id),
  post text not null,                     -- system.post
  unit text not null,                     -- organ or twelve-digit region
  valid_from date not null,
  valid_to date,
  primary key (account, post, unit)
);
create index account_post_by_post on onevisit.account_post (post, unit);

create table onevisit.mandate (
  agent uuid not null references onevisit.subject (id),
  principal uuid not null references onevisit.subject (id),
  scope text not null default '*',        -- a matter code or '*'
  valid_from date not null,
  valid_to date,
  revoked_at timestamptz,
  primary key (agent, principal, scope)
);

create table onevisit.session (
  token_hash bytea primary key,
  account uuid not null references onevisit.account (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);

-- Cases -------------------------------------------------------------------------------------------------------

create sequence onevisit.number_block;

create table onevisit.cases (
  number text not null,
  system text not null,
  type text not null,
  definition text not null,               -- edition of the case type it was opened under
  matter text,
  edition int,
  state text not null,
  tracks jsonb not null,
  version int not null,
  outcome text,
  region text not null,
  accepting_region text not null,
  organ text not null,
  applicant uuid,
  parties jsonb not null,
  opened_at timestamptz not null,
  entered_at timestamptz not null,
  closed_at timestamptz,
  due_legal date,
  due_promised date,
  clock jsonb not null,
  parent text,
  child text,
  live_key text,
  index1 text,
  index2 text,
  index3 text,
  values jsonb not null,
  primary key (system, number)
) partition by list (system);
create unique index cases_live on onevisit.cases (system, live_key) where live_key is not null;
create index cases_parent on onevisit.cases (parent) where parent is not null;
create index cases_opened on onevisit.cases (type, opened_at desc, number);
create index cases_index1 on onevisit.cases (type, index1) where index1 is not null;
create index cases_index2 on onevisit.cases (type, index2) where index2 is not null;
create index cases_index3 on onevisit.cases (type, index3) where index3 is not null;

-- A sequence of its own: partitions inherit a default, but before PostgreSQL 17 not an identity.
create sequence onevisit.event_id;
create table onevisit.events (
  id bigint not null default nextval('onevisit.event_id'),
  tx xid8 not null default pg_current_xact_id(),
  system text not null,
  number text not null,
  version int not null,
  type text not null,
  move text not null,
  from_state text,
  to_state text not null,
  tracks jsonb,
  outcome text,
  actor uuid,
  actor_kind text not null,
  actor_role text not null,
  at timestamptz not null,
  trace uuid not null,
  note text,
  given jsonb not null,
  effects jsonb not null,
  due_legal date,
  due_promised date,
  primary key (system, number, version)
) partition by list (system);
create index events_feed on onevisit.events (tx, id);
create index events_trace on onevisit.events (trace);

create table onevisit.case_party (
  subject uuid not null,
  number text not null,
  system text not null,
  party text not null,
  opened_at timestamptz not null,
  primary key (subject, number, party)
);
create index case_party_list on onevisit.case_party (subject, opened_at desc, number desc);

-- To-dos: fanned out at write, one row per task and scope -------------------------------------------------------

create table onevisit.scope (
  id int generated always as identity primary key,
  post text not null,
  unit text not null,
  -- Scopes are read in committed order, so that one that commits late is not passed over.
  tx xid8 not null default pg_current_xact_id(),
  unique (post, unit)
);
create index scope_feed on onevisit.scope (tx);

create table onevisit.inbox (
  id bigint generated always as identity primary key,
  scope int not null,
  state text not null,                    -- open, done
  due timestamptz not null,               -- infinity where nothing is due
  system text not null,
  number text not null,
  key text not null,
  type text not null,
  matter text,
  case_state text not null,
  moves jsonb not null,
  opened_at timestamptz not null,
  done_at timestamptz,
  done_by uuid
);
create index inbox_list on onevisit.inbox (scope, state, due, id);
create index inbox_open on onevisit.inbox (number, key) where state = 'open';

-- Timers: a row fires as a system move whose own statement deletes it -------------------------------------------

create table onevisit.timer (
  system text not null,
  number text not null,
  key text not null,
  kind text not null,                     -- move, remind, escalate, childClosed, wake
  move text,
  due timestamptz not null,
  provisional boolean not null default false,
  spec jsonb not null default '{}',
  attempts int not null default 0,
  retry_at timestamptz,
  error text,
  primary key (number, key)
);
create index timer_due on onevisit.timer (coalesce(retry_at, due));

-- Writes that a retry must not repeat ---------------------------------------------------------------------------

create table onevisit.idempotency (
  actor uuid not null,
  key text not null,
  request_hash bytea not null,
  status int not null,
  answer jsonb not null,
  at timestamptz not null,
  constraint idempotency_pkey primary key (actor, key)
);
create index idempotency_at on onevisit.idempotency (at);

-- Matters -------------------------------------------------------------------------------------------------------

create table onevisit.matter_edition (
  code text not null,
  edition int not null,
  system text not null,
  type text not null,
  body json not null,                     -- a form shows its fields in the order of the edition; jsonb would sort them
  sha256 text not null,
  origin text not null check (origin in ('code', 'authored', 'imported')),
  state text not null check (state in ('draft', 'approved', 'cancelled')),
  effective_from date not null,
  effective_to date,
  author uuid,
  approver uuid,
  created_at timestamptz not null,
  approved_at timestamptz,
  search tsvector,
  primary key (code, edition)
);
create index matter_edition_search on onevisit.matter_edition using gin (search);

-- What was promised, told and proved ----------------------------------------------------------------------------

create table onevisit.credential (
  id text primary key,
  system text not null,
  type text not null,
  holder uuid not null,
  issuer text not null,
  status text not null check (status in ('valid', 'suspended', 'revoked')),
  reason jsonb,
  claims jsonb not null,                  -- identifying claims encrypted
  signed text not null,                   -- compact JWS, encrypted
  number text,                            -- the case it results from
  issued_at timestamptz not null,
  valid_until date,
  changed_at timestamptz
);
create index credential_holder on onevisit.credential (holder, issued_at desc, id);
create index credential_number on onevisit.credential (number);

create table onevisit.message (
  id bigint generated always as identity primary key,
  recipient uuid not null,                -- subject, or account of a post's holder
  number text,
  title jsonb not null,
  body jsonb not null,
  created_at timestamptz not null,
  read_at timestamptz
);
create index message_list on onevisit.message (recipient, id desc);
create index message_unread on onevisit.message (recipient) where read_at is null;
create index message_number on onevisit.message (number) where number is not null;

create table onevisit.webhook (
  id uuid primary key,
  account uuid not null references onevisit.account (id),
  url text not null,
  types jsonb not null,                   -- CloudEvents type prefixes
  secret text not null,                   -- encrypted
  created_at timestamptz not null,
  disabled_at timestamptz
);

create table onevisit.outbox (
  id bigint generated always as identity primary key,
  webhook uuid,                           -- null until fanned out
  event jsonb not null,
  due timestamptz not null,
  attempts int not null default 0,
  delivered_at timestamptz,
  failed_at timestamptz,
  last_status int,
  last_error text
);
create index outbox_due on onevisit.outbox (webhook, due, id) where delivered_at is null and failed_at is null;
create index outbox_case on onevisit.outbox (webhook, (event ->> 'subject'), id) where delivered_at is null and failed_at is null;
create index outbox_source on onevisit.outbox ((event ->> 'source'));
create index outbox_webhook on onevisit.outbox (webhook, id desc);

create table onevisit.feed_cursor (
  reader text primary key,
  tx xid8 not null,
  id bigint not null
);

create table onevisit.ledger_leaf (
  id bigint generated always as identity primary key,
  tx xid8 not null default pg_current_xact_id(),
  hash bytea not null,
  kind text not null,
  trace uuid not null,
  at timestamptz not null,
  position bigint unique
);
create index ledger_leaf_unnumbered on onevisit.ledger_leaf (tx, id) where position is null;
create index ledger_leaf_trace on onevisit.ledger_leaf (trace);

-- Data ------------------------------------------------------------------------------------------------------------

create table onevisit.data_use (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  resource text not null,
  subjects uuid[] not null,
  fields jsonb not null,
  purpose text not null,
  number text,
  actor uuid,
  actor_kind text not null,
  answers jsonb not null,                 -- state of each key
  trace uuid not null
);
create index data_use_subject on onevisit.data_use using gin (subjects);
create index data_use_number on onevisit.data_use (number) where number is not null;

create table onevisit.file (
  id uuid primary key,
  account uuid not null,
  sha256 bytea not null,
  bytes bigint not null,
  type text not null,
  name text not null,                     -- encrypted
  created_at timestamptz not null
);
create index file_sha256 on onevisit.file (sha256);

create table onevisit.setting (
  name text primary key,
  value jsonb not null
);
