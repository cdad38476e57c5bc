DROP TABLE frozen_facts;
DROP TABLE frozen_fact_months;
