-- What somebody else than its recorder put right about an outcome of an idea, or struck out.
CREATE TABLE idea_outcome_corrections (
    outcome_id BYTEA NOT NULL REFERENCES idea_outcomes (id),
    -- from 1 on
    number INTEGER NOT NULL,
    former_title TEXT NOT NULL,
    former_amount_fen BIGINT,
    title TEXT NOT NULL,
    amount_fen BIGINT,
    -- it is none any more
    struck BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    corrected_by BYTEA NOT NULL,
    corrected_at BIGINT NOT NULL,
    PRIMARY KEY (outcome_id, number)
);
CREATE INDEX idea_outcome_corrections_by_time ON idea_outcome_corrections (corrected_at);
