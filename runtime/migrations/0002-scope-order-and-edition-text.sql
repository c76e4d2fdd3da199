-- Scopes are read in committed order, so that one that commits late is not passed over.
alter table onevisit.scope add column tx xid8 not null default pg_current_xact_id();
create index scope_feed on onevisit.scope (tx);

-- A form shows its fields in the order of the edition; jsonb would sort them.
alter table onevisit.matter_edition alter column body type json using body::json;
