DROP TABLE unit_grades;
DROP TABLE grade_steps;
DROP TABLE grade_cases;
DROP TABLE honour_falls;
DROP TABLE star_schemes;
