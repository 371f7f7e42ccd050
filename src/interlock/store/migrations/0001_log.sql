-- The log, its due work, its ledgers and its keys. Every table carries the tenant under forced row security;
-- the role that the application runs as owns nothing.

create sequence interlock.position;

create table interlock.event (
    tenant    text        not null,
    xid       xid8        not null,
    position  bigint      not null,
    id        text        not null,
    type      text        not null,
    version   smallint    not null,
    at        timestamptz not null,
    cause     text        not null,
    open      jsonb       not null,
    key       text,
    sealed    bytea,
    primary key (tenant, xid, position)
);
create unique index event_id on interlock.event (tenant, id);
comment on table interlock.event is
    'Facts, in the order (xid, position): a transaction that commits late cannot be skipped by a reader of finished transactions.';

create table interlock.event_tag (
    tenant   text   not null,
    tag      text   not null,
    xid      xid8   not null,
    position bigint not null,
    type     text   not null,
    primary key (tenant, tag, xid, position)
);

create table interlock.due (
    tenant      text        not null,
    id          text        not null,
    seq         bigint      not null default nextval('interlock.position'),
    lane        text        not null,
    due_at      timestamptz not null,
    type        text        not null,
    body        jsonb       not null,
    attempts    integer     not null default 0,
    owner       text,
    lease_until timestamptz,
    parked      text,
    primary key (tenant, id)
) with (fillfactor = 70);
create index due_at on interlock.due (tenant, due_at) where parked is null;
create index due_lane on interlock.due (tenant, lane, seq) where parked is null;
comment on table interlock.due is 'Commands to carry out at a time: identifiers only, nothing personal.';

create table interlock.ledger_entry (
    tenant  text        not null,
    ledger  text        not null,
    subject text        not null,
    at      timestamptz not null,
    entry   text        not null,
    amount  bigint      not null,
    settled boolean     not null,
    primary key (tenant, ledger, subject, at, entry)
);
create index ledger_entry_entry on interlock.ledger_entry (tenant, entry);

create table interlock.person_key (
    tenant       text        not null,
    key          text        not null,
    person       text        not null,
    wrapped      bytea,
    made_at      timestamptz not null default now(),
    destroyed_at timestamptz,
    primary key (tenant, key)
);
create unique index person_key_live on interlock.person_key (tenant, person) where wrapped is not null;

create table interlock.record (
    tenant     text  not null,
    kind       text  not null,
    key        text  not null,
    body       bytea not null,
    expires_at timestamptz,
    primary key (tenant, kind, key)
);

do $$
declare
    name text;
begin
    foreach name in array array['event', 'event_tag', 'due', 'ledger_entry', 'person_key', 'record'] loop
        execute format('alter table interlock.%I enable row level security', name);
        execute format('alter table interlock.%I force row level security', name);
        execute format(
            'create policy tenant on interlock.%I using (tenant = current_setting(''interlock.tenant'', true))'
            ' with check (tenant = current_setting(''interlock.tenant'', true))', name);
    end loop;
end
$$;

-- Appends facts if nothing that matches the guard has appeared outside the reader's snapshot; puts and cancels due
-- commands and posts to ledgers in the same transaction.
--   IL001  a matching fact is not visible in the snapshot: read again
--   IL002  the due command that this append answers is gone: it has been answered
--   IL003  a personal key that the facts are sealed under was destroyed meanwhile
create function interlock.append(
    p_locks       bigint[],
    p_exclusive   boolean[],
    p_guard_tags  text[],
    p_guard_types text[],
    p_snapshot    pg_snapshot,
    p_at          timestamptz,
    p_cause       text,
    p_ids         text[],
    p_types       text[],
    p_versions    smallint[],
    p_open        text[],
    p_keys        text[],
    p_sealed      bytea[],
    p_tag_events  integer[],
    p_tags        text[],
    p_answers     text,
    p_cancel      text[],
    p_due         jsonb,
    p_node        text,
    p_lease_until timestamptz,
    p_postings    jsonb
) returns table (xid xid8, positions bigint[], granted text[])
language plpgsql
as $$
declare
    v_tenant    text := current_setting('interlock.tenant');
    v_positions bigint[];
    v_xid       xid8;
    v_granted   text[] := '{}';
begin
    for i in 1 .. coalesce(array_length(p_locks, 1), 0) loop
        if p_exclusive[i] then
            perform pg_advisory_xact_lock(p_locks[i]);
        else
            perform pg_advisory_xact_lock_shared(p_locks[i]);
        end if;
    end loop;

    -- One guard at a time: each is one range of the index on (tenant, tag, xid), whatever the planner thinks of arrays.
    if p_snapshot is not null then
        for i in 1 .. coalesce(array_length(p_guard_tags, 1), 0) loop
            if exists (
                select 1
                  from interlock.event_tag t
                 where t.tenant = v_tenant and t.tag = p_guard_tags[i] and t.xid >= pg_snapshot_xmin(p_snapshot)
                   and not pg_visible_in_snapshot(t.xid, p_snapshot)
                   and (p_guard_types[i] is null or t.type = any (string_to_array(p_guard_types[i], ',')))
            ) then
                raise exception 'a fact has appeared that the decision did not see' using errcode = 'IL001';
            end if;
        end loop;
    end if;

    if p_answers is not null then
        delete from interlock.due d where d.tenant = v_tenant and d.id = p_answers;
        if not found then
            raise exception 'answered already: %', p_answers using errcode = 'IL002';
        end if;
    end if;

    if exists (
        select 1 from unnest(p_keys) as k (key)
         where k.key is not null and not exists (
            select 1 from interlock.person_key pk
             where pk.tenant = v_tenant and pk.key = k.key and pk.wrapped is not null)
    ) then
        raise exception 'a personal key was destroyed' using errcode = 'IL003';
    end if;

    v_xid := pg_current_xact_id();
    if array_length(p_ids, 1) > 0 then
        select array_agg(nextval('interlock.position')) into v_positions from generate_series(1, array_length(p_ids, 1));
        insert into interlock.event (tenant, xid, position, id, type, version, at, cause, open, key, sealed)
        select v_tenant, v_xid, e.position, e.id, e.type, e.version, p_at, p_cause, e.open::jsonb, e.key, e.sealed
          from unnest(v_positions, p_ids, p_types, p_versions, p_open, p_keys, p_sealed)
            as e (position, id, type, version, open, key, sealed);
        insert into interlock.event_tag (tenant, tag, xid, position, type)
        select v_tenant, t.tag, v_xid, v_positions[t.event], p_types[t.event]
          from unnest(p_tag_events, p_tags) as t (event, tag);
    end if;

    if array_length(p_cancel, 1) > 0 then
        delete from interlock.due d where d.tenant = v_tenant and d.id = any (p_cancel);
    end if;

    -- A command that is due now is this node's to carry out, unless another node stands before it in its lane.
    if p_due is not null then
        with put as (
            insert into interlock.due as d (tenant, id, lane, due_at, type, body, attempts, owner, lease_until)
            select v_tenant, n.id, n.lane, n.at, n.type, n.body,
                   mine::int, case when mine then p_node end, case when mine then p_lease_until end
              from jsonb_to_recordset(p_due) as n (id text, lane text, at timestamptz, type text, body jsonb)
             cross join lateral (
                select n.at <= p_at and p_node is not null and not exists (
                    select 1 from interlock.due e
                     where e.tenant = v_tenant and e.lane = n.lane and e.parked is null
                       and e.owner is distinct from p_node and (e.due_at <= p_at or e.attempts > 0)
                ) as mine
             ) as m
            on conflict (tenant, id) do update
               set due_at = excluded.due_at, body = excluded.body, type = excluded.type, lane = excluded.lane,
                   owner = excluded.owner, lease_until = excluded.lease_until, attempts = excluded.attempts, parked = null
            returning d.id, d.owner
        )
        select coalesce(array_agg(put.id) filter (where put.owner is not null), '{}') into v_granted from put;
    end if;

    if p_postings is not null then
        delete from interlock.ledger_entry l
         using jsonb_to_recordset(p_postings) as p (kind text, ledger text, subject text, entry text)
         where l.tenant = v_tenant and l.entry = p.entry and l.ledger = p.ledger and l.subject = p.subject;
        insert into interlock.ledger_entry (tenant, ledger, subject, at, entry, amount, settled)
        select v_tenant, p.ledger, p.subject, p.at, p.entry, p.amount, p.kind = 'settle'
          from jsonb_to_recordset(p_postings)
            as p (kind text, ledger text, subject text, entry text, amount bigint, at timestamptz)
         where p.kind <> 'release';
    end if;

    return query select v_xid, v_positions, v_granted;
end
$$;

grant usage on schema interlock to interlock_app;
grant usage on sequence interlock.position to interlock_app;
grant select, insert on interlock.event, interlock.event_tag to interlock_app;
grant select, insert, update, delete on interlock.due, interlock.ledger_entry, interlock.record to interlock_app;
grant select, insert, update on interlock.person_key to interlock_app;
