-- An append takes its plan as one JSON object: twenty-one parameters, most of them arrays, cost the caller more than the
-- work itself.

drop function interlock.append(
    bigint[], boolean[], text[], text[], pg_snapshot, timestamptz, text, text[], text[], smallint[], text[], text[],
    bytea[], integer[], text[], text, text[], jsonb, text, timestamptz, jsonb);

-- Appends facts if nothing that matches the guard has appeared outside the reader's snapshot; puts and cancels due
-- commands and posts to ledgers in the same transaction. The plan's fields, all optional but the first two:
--   at, cause   when and why; kept with every fact
--   locks       [[key, exclusive], ...]: the advisory locks of the tags, in the order in which everybody takes them
--   snapshot    what the reader saw; with guard [[tag, types or null], ...] (types separated by commas)
--   facts       [{id, type, version, open, key, sealed, tags}, ...]; sealed is base64
--   keys        the personal keys that the facts are sealed under
--   answers     the due command that this is the answer to
--   cancel      [id, ...]: timers to forget
--   due         [{id, lane, at, type, body}, ...], granted to node until lease_until where they are due now
--   postings    [{kind, ledger, subject, entry, amount, at, ref}, ...], for interlock.post
--   IL001  a matching fact is not visible in the snapshot: read again
--   IL002  the due command that this append answers is gone: it has been answered
--   IL003  a personal key that the facts are sealed under was destroyed meanwhile
create function interlock.append(p_plan jsonb) returns table (xid xid8, positions bigint[], granted text[])
language plpgsql
as $$
declare
    v_tenant    text        := current_setting('interlock.tenant');
    v_at        timestamptz := (p_plan ->> 'at')::timestamptz;
    v_cause     text        := p_plan ->> 'cause';
    v_facts     jsonb       := p_plan -> 'facts';
    v_locks     jsonb       := p_plan -> 'locks';
    v_guard     jsonb       := p_plan -> 'guard';
    v_node      text        := p_plan ->> 'node';
    v_lease     timestamptz := (p_plan ->> 'lease_until')::timestamptz;
    v_snapshot  pg_snapshot := (p_plan ->> 'snapshot')::pg_snapshot;
    v_answers   text        := p_plan ->> 'answers';
    v_key       bigint;
    v_taken     text;
    v_oldest    xid8;
    v_tag       text;
    v_types     text[];
    v_positions bigint[];
    v_xid       xid8;
    v_granted   text[] := '{}';
begin
    -- Assigned, not performed: a plain expression costs a tenth of a query.
    for i in 0 .. coalesce(jsonb_array_length(v_locks), 0) - 1 loop
        v_key := (v_locks -> i ->> 0)::bigint;
        if (v_locks -> i ->> 1)::boolean then
            v_taken := pg_advisory_xact_lock(v_key)::text;
        else
            v_taken := pg_advisory_xact_lock_shared(v_key)::text;
        end if;
    end loop;

    -- One guard at a time: each is one range of the index on (tenant, tag, xid), whatever the planner thinks of arrays.
    if v_snapshot is not null then
        v_oldest := pg_snapshot_xmin(v_snapshot);
        for i in 0 .. coalesce(jsonb_array_length(v_guard), 0) - 1 loop
            v_tag := v_guard -> i ->> 0;
            v_types := string_to_array(v_guard -> i ->> 1, ',');
            if exists (
                select 1
                  from interlock.event_tag t
                 where t.tenant = v_tenant and t.tag = v_tag and t.xid >= v_oldest
                   and not pg_visible_in_snapshot(t.xid, v_snapshot) and (v_types is null or t.type = any (v_types))
            ) then
                raise exception 'a fact has appeared that the decision did not see' using errcode = 'IL001';
            end if;
        end loop;
    end if;

    if v_answers is not null then
        delete from interlock.due d where d.tenant = v_tenant and d.id = v_answers;
        if not found then
            raise exception 'answered already: %', v_answers using errcode = 'IL002';
        end if;
    end if;

    v_xid := pg_current_xact_id();
    if p_plan ? 'keys' and exists (
        select 1 from jsonb_array_elements_text(p_plan -> 'keys') as k (key)
         where not exists (
            select 1 from interlock.person_key pk
             where pk.tenant = v_tenant and pk.key = k.key and pk.wrapped is not null)
    ) then
        raise exception 'a personal key was destroyed' using errcode = 'IL003';
    end if;

    if v_facts is not null then
        with fact as (
            select nextval('interlock.position') as position, f.fact, f.number
              from jsonb_array_elements(v_facts) with ordinality as f (fact, number)
        ), recorded as (
            insert into interlock.event (tenant, xid, position, id, type, version, at, cause, open, key, sealed)
            select v_tenant, v_xid, f.position, f.fact ->> 'id', f.fact ->> 'type', (f.fact ->> 'version')::smallint,
                   v_at, v_cause, f.fact -> 'open', f.fact ->> 'key', decode(f.fact ->> 'sealed', 'base64')
              from fact f
        ), tagged as (
            insert into interlock.event_tag (tenant, tag, xid, position, type)
            select v_tenant, t.tag, v_xid, f.position, f.fact ->> 'type'
              from fact f cross join lateral jsonb_array_elements_text(f.fact -> 'tags') as t (tag)
        )
        select array_agg(f.position order by f.number) into v_positions from fact f;
    end if;

    if p_plan ? 'cancel' then
        delete from interlock.due d
         where d.tenant = v_tenant and d.id = any (array(select jsonb_array_elements_text(p_plan -> 'cancel')));
    end if;

    -- A command that is due now is this node's to carry out, unless another node stands before it in its lane.
    if p_plan ? 'due' then
        with put as (
            insert into interlock.due as d (tenant, id, lane, due_at, type, body, attempts, owner, lease_until)
            select v_tenant, n.id, n.lane, n.at, n.type, n.body,
                   mine::int, case when mine then v_node end, case when mine then v_lease end
              from jsonb_to_recordset(p_plan -> 'due') as n (id text, lane text, at timestamptz, type text, body jsonb)
             cross join lateral (
                select n.at <= v_at and v_node is not null and not exists (
                    select 1 from interlock.due e
                     where e.tenant = v_tenant and e.lane = n.lane and e.parked is null
                       and e.owner is distinct from v_node and (e.due_at <= v_at or e.attempts > 0)
                ) as mine
             ) as m
            on conflict (tenant, id) do update
               set due_at = excluded.due_at, body = excluded.body, type = excluded.type, lane = excluded.lane,
                   owner = excluded.owner, lease_until = excluded.lease_until, attempts = excluded.attempts, parked = null
            returning d.id, d.owner
        )
        select coalesce(array_agg(put.id) filter (where put.owner is not null), '{}') into v_granted from put;
    end if;

    if p_plan ? 'postings' then
        perform interlock.post(v_tenant, p_plan -> 'postings');
    end if;

    return query select v_xid, v_positions, v_granted;
end
$$;
