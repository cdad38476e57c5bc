//! What a second factor is asked for once more: the one table of marks. Whoever has a factor gives a code of it within the
//! last minutes (setting `accounts.second_factor_minutes`) before acts that take two people and before files with personal
//! data leave the house. `tests/access.rs` fails for a route of these kinds that has neither a mark nor a reason.

use actix_web::HttpRequest;

use super::caller::Caller;
use super::error::Problem;

/// Why a code is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The caller is the second of two people.
    SecondPerson,
    /// A file with names, numbers or deeds of members.
    PersonalData,
    /// By what its owner gets into the account, and all that it holds.
    OwnAccount,
}

use Mark::{OwnAccount, PersonalData, SecondPerson};

/// Every route that asks for a code again.
pub const MARKS: &[(&str, Mark)] = &[
    ("POST /resets/{id}/approval", SecondPerson),
    ("POST /duty-proposals/{id}/approval", SecondPerson),
    ("POST /duty-proposals/{id}/refusal", SecondPerson),
    ("POST /phone-proposals/{id}/approval", SecondPerson),
    ("POST /phone-proposals/{id}/refusal", SecondPerson),
    ("POST /member-corrections/{id}/approval", SecondPerson),
    ("POST /member-corrections/{id}/refusal", SecondPerson),
    ("POST /anonymisations/{id}/approval", SecondPerson),
    ("POST /anonymisations/{id}/refusal", SecondPerson),
    ("POST /second-factor-resets/{id}/approval", SecondPerson),
    ("POST /second-factor-resets/{id}/refusal", SecondPerson),
    ("POST /setting-proposals/{id}/approval", SecondPerson),
    ("POST /setting-proposals/{id}/refusal", SecondPerson),
    ("POST /question-voidings/{id}/approval", SecondPerson),
    ("POST /question-voidings/{id}/refusal", SecondPerson),
    ("POST /contests/{id}/cancellation/approval", SecondPerson),
    ("POST /entry-proposals/{id}/approval", SecondPerson),
    ("POST /entry-proposals/{id}/refusal", SecondPerson),
    ("POST /extensions/{id}/approval", SecondPerson),
    ("POST /campaigns/{id}/cancellation/approval", SecondPerson),
    ("POST /voidings/{id}/approval", SecondPerson),
    ("POST /campaigns/{id}/flag-review", SecondPerson),
    ("PUT /campaigns/{id}/decision", SecondPerson),
    ("POST /campaigns/{id}/bulletin/review", SecondPerson),
    ("POST /outcomes/{id}/correction", SecondPerson),
    ("POST /units/{id}/grade", SecondPerson),
    ("POST /grade-cases/{id}/inspection", SecondPerson),
    ("POST /grade-cases/{id}/recheck", SecondPerson),
    ("POST /grade-cases/{id}/decision", SecondPerson),
    ("POST /title-rounds/{id}/decision", SecondPerson),
    ("POST /title-rounds/{id}/naming", SecondPerson),
    ("POST /title-nominations/{id}/forwarding", SecondPerson),
    ("PUT /title-nominations/{id}/opinions/{office}", SecondPerson),
    ("POST /title-nominations/{id}/refusal", SecondPerson),
    ("POST /obligation-exemptions/{id}/approval", SecondPerson),
    ("POST /obligation-exemptions/{id}/refusal", SecondPerson),
    ("POST /appraisal/proposals/{id}/approval", SecondPerson),
    ("POST /appraisal/proposals/{id}/refusal", SecondPerson),
    ("POST /appraisal/imports/{id}/approval", SecondPerson),
    ("PUT /appraisal/appeals/{id}/decision", SecondPerson),
    ("POST /report-forms/{id}/approval", SecondPerson),
    ("POST /report-forms/{id}/refusal", SecondPerson),
    ("POST /reports/{id}/review", SecondPerson),
    ("POST /reports/{id}/return", SecondPerson),
    ("POST /report-requests/{id}/approval", SecondPerson),
    ("POST /report-requests/{id}/refusal", SecondPerson),
    ("POST /report-periods/{id}/bulletin/review", SecondPerson),
    ("POST /tasks/{id}/cancellation/approval", SecondPerson),
    ("POST /tasks/{id}/cancellation/refusal", SecondPerson),
    ("GET /exports/members", PersonalData),
    ("GET /exports/reports", PersonalData),
    ("GET /exports/contests/{id}", PersonalData),
    ("GET /exports/ideas", PersonalData),
    ("GET /exports/study-deliveries", PersonalData),
    ("GET /exports/appraisal", PersonalData),
    ("GET /exports/trail", PersonalData),
    ("GET /exports/points-proof", PersonalData),
    ("GET /me/archive", OwnAccount),
    ("PUT /me/password", OwnAccount),
];

/// Refuses a marked route to a caller whose last code is too old.
pub(super) fn check(req: &HttpRequest, caller: &Caller) -> Result<(), Problem> {
    if !caller.must_give_code {
        return Ok(());
    }
    let pattern = req.match_pattern();
    let path = pattern.as_deref().and_then(|pattern| pattern.strip_prefix("/api/v1"));
    let is_marked = path.is_some_and(|path| {
        MARKS.iter().any(|(route, _)| route.split_once(' ') == Some((req.method().as_str(), path)))
    });
    if is_marked {
        return Err(Problem::forbidden("second_factors.needed_again", "办理这件事前，请再输入一次动态口令"));
    }
    Ok(())
}

/// Whether a code would change the refusal.
pub(super) fn is_about_codes(refused: &Problem) -> bool {
    ["second_factors.needed", "second_factors.needed_again"].contains(&refused.code())
}

/// 403 for anyone with a duty for which the enterprise requires a second factor, and without one.
pub(super) fn required() -> Problem {
    Problem::forbidden("second_factors.required", "您的职务要求启用动态口令，请先在“我的”—“动态口令”中启用")
}

/// 403 for anyone who has not yet given the code of his second factor in this session.
pub(super) fn needed() -> Problem {
    Problem::forbidden("second_factors.needed", "请先输入动态口令，您的职务权限才能使用")
}
