-- The numbers of months that are final, by fact and unit. Rows come and never change.
CREATE TABLE frozen_fact_months (
    fact TEXT NOT NULL,
    first_on DATE NOT NULL,
    frozen_at BIGINT NOT NULL,
    PRIMARY KEY (fact, first_on)
) WITHOUT ROWID;
CREATE TABLE frozen_facts (
    fact TEXT NOT NULL,
    first_on DATE NOT NULL,
    unit_id BLOB NOT NULL,
    amount BIGINT NOT NULL,
    base BIGINT NOT NULL,
    PRIMARY KEY (fact, unit_id, first_on)
) WITHOUT ROWID;
CREATE TRIGGER frozen_fact_months_no_update BEFORE UPDATE ON frozen_fact_months
BEGIN SELECT RAISE(ABORT, 'frozen_fact_months is append-only'); END;
CREATE TRIGGER frozen_fact_months_no_delete BEFORE DELETE ON frozen_fact_months
BEGIN SELECT RAISE(ABORT, 'frozen_fact_months is append-only'); END;
CREATE TRIGGER frozen_facts_no_update BEFORE UPDATE ON frozen_facts
BEGIN SELECT RAISE(ABORT, 'frozen_facts is append-only'); END;
CREATE TRIGGER frozen_facts_no_delete BEFORE DELETE ON frozen_facts
BEGIN SELECT RAISE(ABORT, 'frozen_facts is append-only'); END;
