//! What of the room is found in one look at a member.

use crate::kernel::glance::Look;

/// Today's submission: right answers, points, questions.
pub const SUBMISSION: Look = Look {
    kind: "quiz.submission",
    id: "paper_id",
    at: "submitted_at",
    count: "right_count",
    total: "question_count",
    word: "points",
    from: "FROM quiz_submissions WHERE member_id = {member} AND day = {today}",
    ..Look::NOTHING
};

/// The papers of today that the member was handed.
pub const FETCH: Look = Look {
    kind: "quiz.fetch",
    id: "quiz_papers.id",
    at: "fetched_at",
    from: "FROM quiz_papers INNER JOIN quiz_fetches ON quiz_fetches.paper_id = quiz_papers.id \
           WHERE quiz_papers.day = {today} AND quiz_fetches.member_id = {member}",
    ..Look::NOTHING
};

/// How many questions are in the member's book of wrong answers.
pub const WRONG: Look = Look {
    kind: "quiz.wrong",
    count: "count(*)",
    from: "FROM quiz_wrong_answers WHERE member_id = {member} AND cleared_at IS NULL",
    ..Look::NOTHING
};
