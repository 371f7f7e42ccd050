-- Ledgers: what a window comes to is summed where the lines are, and an undo finds the line that it reverses.

alter table interlock.ledger_entry add column ref text not null default '';

-- With the amount in the index a sum reads the index alone.
alter table interlock.ledger_entry drop constraint ledger_entry_pkey;
alter table interlock.ledger_entry add constraint ledger_entry_pkey
    primary key (tenant, ledger, subject, at, entry) include (amount, settled);
-- What is in flight counts however old it is, and there is never much of it.
create index ledger_entry_open on interlock.ledger_entry (tenant, ledger, subject) where not settled;
create index ledger_entry_ref on interlock.ledger_entry (tenant, ledger, ref) where ref <> '';

-- Takes postings in: [{kind, ledger, subject, entry, amount, at, ref}, ...]; part of interlock.append.
create function interlock.post(p_tenant text, p_postings jsonb) returns void
language plpgsql
as $$
begin
    delete from interlock.ledger_entry l
     using jsonb_to_recordset(p_postings) as p (kind text, ledger text, subject text, entry text)
     where l.tenant = p_tenant and l.entry = p.entry and l.ledger = p.ledger and l.subject = p.subject
       and p.kind <> 'reverse';
    insert into interlock.ledger_entry (tenant, ledger, subject, at, entry, amount, settled, ref)
    select p_tenant, p.ledger, p.subject, p.at, p.entry, p.amount, p.kind = 'settle', coalesce(p.ref, '')
      from jsonb_to_recordset(p_postings)
        as p (kind text, ledger text, subject text, entry text, amount bigint, at timestamptz, ref text)
     where p.kind in ('reserve', 'settle');
    update interlock.ledger_entry l set amount = greatest(0, l.amount - p.amount)
      from jsonb_to_recordset(p_postings) as p (kind text, ledger text, amount bigint, ref text)
     where l.tenant = p_tenant and l.ledger = p.ledger and l.ref = p.ref and l.ref <> '' and p.kind = 'reverse';
end
$$;

-- What windows come to, in the order in which they are asked for; one row each.
create function interlock.totals(
    p_ledgers  text[],
    p_subjects text[],
    p_since    timestamptz[],
    p_aside    text[]
) returns table (amount bigint, settled bigint, latest timestamptz, in_flight text[])
language sql stable
as $$
    select (lately.amount + earlier.amount)::bigint, lately.settled, lately.latest, earlier.entries
      from unnest(p_ledgers, p_subjects, p_since, p_aside)
             with ordinality as w (ledger, subject, since, aside, number)
     cross join lateral (
        select coalesce(sum(e.amount), 0) as amount,
               count(*) filter (where e.settled and e.amount > 0) as settled,
               max(e.at) filter (where e.settled and e.amount > 0) as latest
          from interlock.ledger_entry e
         where e.tenant = current_setting('interlock.tenant') and e.ledger = w.ledger and e.subject = w.subject
           and e.at > w.since and e.entry <> w.aside
     ) as lately
     cross join lateral (
        select coalesce(sum(e.amount) filter (where e.at <= w.since), 0) as amount,
               coalesce(array_agg(e.entry order by e.entry), '{}') as entries
          from interlock.ledger_entry e
         where e.tenant = current_setting('interlock.tenant') and e.ledger = w.ledger and e.subject = w.subject
           and not e.settled and e.entry <> w.aside
     ) as earlier
     order by w.number
$$;
