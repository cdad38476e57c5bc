-- The numbers of months that are final, by fact and unit. Rows come and never change.
CREATE TABLE frozen_fact_months (
    fact TEXT NOT NULL,
    first_on DATE NOT NULL,
    frozen_at BIGINT NOT NULL,
    PRIMARY KEY (fact, first_on)
);
CREATE TABLE frozen_facts (
    fact TEXT NOT NULL,
    first_on DATE NOT NULL,
    unit_id BYTEA NOT NULL,
    amount BIGINT NOT NULL,
    base BIGINT NOT NULL,
    PRIMARY KEY (fact, unit_id, first_on)
);
CREATE TRIGGER frozen_fact_months_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON frozen_fact_months
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_facts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON frozen_facts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
