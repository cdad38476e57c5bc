DROP TABLE appraisal_reminders;
DROP TABLE appraisal_appeal_decisions;
DROP TABLE appraisal_appeals;
