//! The tests of the whole program, in one binary. `XIANFENG_TEST_DATABASE` chooses the database.

mod support;

mod backup;
mod crash;
mod operator;
mod deployment;
mod pages_for_operators;
// what every room must keep
mod access;
mod clients;
mod health;
mod database;
mod dates;
mod migrations;
mod house;
mod input;
mod real_files;
mod chinese;
mod openapi;
mod codes;
mod schema;
mod workflow;

// kernel by kernel
mod ledger;
mod board_kernel;
mod attempts_kernel;
mod outbox;
mod changes;
mod agenda;
mod memo;
mod chunks;
mod closing;
mod retention;
mod idempotency;
mod quotas;
mod versions;
mod uptime;

// a year as it comes and goes
mod year;

// room by room
mod points;
mod boards;
mod members;
mod secrets;
mod duties;
mod phones;
mod sessions;
mod resets;
mod second_factors;
mod platforms;
mod channels;
mod study;
mod quiz;
mod questions;
mod corrections;
mod voidings;
mod takeback;
mod challenge;
mod contests;
mod meeting_records;
mod meetings;
mod ideas;
mod reports;
mod brands;
mod burden;
mod facts;
mod calendar;
mod bulletins;
mod campaigns;
mod notices;
mod obligations;
mod movers;
mod documents;
mod files;
mod labels;
mod layouts;
mod bucket;
mod alarms;
mod audit;
mod trail;
mod settings;
mod operations;
mod presets;
mod personal;
mod privacy;
mod proof;
mod feedback;
mod appraisal;
mod honours;
mod tasks;
mod texts;
mod own_case;
mod today;
mod about;
mod events;
mod app_files;
mod search;
mod web_pages;

// the program as a new user meets it
mod demo;
mod pages;
mod desk;
