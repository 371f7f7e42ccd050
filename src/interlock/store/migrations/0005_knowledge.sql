-- Passages of articles as full text search finds them: a view of the log, which any node fills anew.

create table interlock.passage (
    tenant text not null,
    source text not null,
    number integer not null,
    words tsvector not null,
    primary key (tenant, source, number)
);
create index passage_words on interlock.passage using gin (words);

alter table interlock.passage enable row level security;
alter table interlock.passage force row level security;
create policy tenant on interlock.passage using (tenant = current_setting('interlock.tenant', true))
    with check (tenant = current_setting('interlock.tenant', true));

grant select, insert, delete on interlock.passage to interlock_app;
