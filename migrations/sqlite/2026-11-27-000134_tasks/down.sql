DROP TABLE task_requests;
DROP TABLE task_reports;
DROP TABLE task_steps;
DROP TABLE task_nodes;
DROP TABLE task_assistants;
DROP TABLE task_people;
DROP TABLE tasks;
