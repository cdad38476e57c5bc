DROP TABLE idea_categories;
DROP TABLE idea_outcomes;
DROP TABLE idea_comments;
DROP TABLE idea_likes;
DROP TABLE idea_steps;
DROP TABLE idea_people;
DROP TABLE ideas;
