DROP INDEX study_pushes_unfrozen;
ALTER TABLE study_pushes DROP COLUMN coverage_frozen_at;
DROP TABLE study_coverages;
