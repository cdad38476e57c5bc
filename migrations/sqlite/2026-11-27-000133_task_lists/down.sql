DROP TABLE task_layings;
DROP TABLE task_items;
DROP TABLE task_lists;
