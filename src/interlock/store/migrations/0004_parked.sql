-- Parked commands are looked for by every node every few seconds, and there are hardly ever any.
create index due_parked on interlock.due (tenant, id) where parked is not null;
