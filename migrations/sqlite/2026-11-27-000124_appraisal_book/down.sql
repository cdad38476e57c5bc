DROP TABLE appraisal_entries;
DROP TABLE appraisal_decisions;
DROP TABLE appraisal_replies;
DROP TABLE appraisal_causes;
DROP TABLE appraisal_proposals;
