DROP TABLE appraisal_classes;
DROP TABLE appraisal_schemes;
