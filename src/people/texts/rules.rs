//! What is refused, how a text stands, and what the platform's check means. Pure.
//!
//! Source: `docs/domain.md`, "Texts of members".

use super::model::{Decided, TextDecision, TextFinding, TextReview, TextState, TextVerdict};
use crate::base::id::MemberId;

/// A no of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing with that id, or not for the caller.
    NoSuchText,
    /// Nobody decides about what he wrote himself.
    OwnText,
    /// What is returned needs a reason.
    NoReason,
    /// It waits for nobody: decided by somebody else, taken back, or still with the check.
    NotWaiting { state: TextState },
}

impl crate::db::Refusal for Refusal {}

/// Characters that the platform's check takes at once.
pub const CHECKED_CHARS: usize = 2500;

/// Seconds after which no more is asked of a platform that does not answer.
pub const PATIENCE_SECONDS: i64 = 120;

/// What becomes of a text that the check was asked about; `None` where it stays as it is.
pub fn checked(state: TextState, finding: TextFinding, is_switched_on: bool) -> Option<TextState> {
    match (state, finding) {
        (TextState::Checking, TextFinding::Pass) => Some(TextState::Passed),
        (TextState::Checking, TextFinding::Review | TextFinding::Risky) => Some(TextState::Waiting),
        // what nobody looked at is not kept back by a platform's fault, unless people look at everything
        (TextState::Checking, TextFinding::Unknown) if is_switched_on => Some(TextState::Waiting),
        (TextState::Checking, TextFinding::Unknown) => Some(TextState::Passed),
        _ => None,
    }
}

/// The worse of two findings about parts of one text.
pub fn worse(one: TextFinding, other: TextFinding) -> TextFinding {
    let weight = |finding: TextFinding| match finding {
        TextFinding::Pass => 0,
        TextFinding::Unknown => 1,
        TextFinding::Review => 2,
        TextFinding::Risky => 3,
    };
    if weight(other) > weight(one) { other } else { one }
}

/// A text in pieces that the check takes.
pub fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(CHECKED_CHARS).map(|piece| piece.iter().collect()).collect()
}

/// What the check's labels are called; `None` for what is as it should be.
pub fn label_of(code: i64) -> Option<&'static str> {
    Some(match code {
        100 => return None,
        10001 => "广告",
        20001 => "时政",
        20002 => "色情",
        20003 => "辱骂",
        20006 => "违法犯罪",
        20008 => "欺诈",
        20012 => "低俗",
        20013 => "版权",
        _ => "其他",
    })
}

/// Whether `verdict` of `actor` is still to be written down; the same decision again changes nothing.
pub fn may_decide(
    (text, decision): &Decided,
    actor: MemberId,
    verdict: TextVerdict,
    reason: Option<&str>,
) -> Result<bool, Refusal> {
    if verdict == TextVerdict::Return && reason.is_none() {
        return Err(Refusal::NoReason);
    }
    match decision {
        Some(TextDecision { decided_by, verdict: given, reason: said, .. })
            if *decided_by == actor && *given == verdict && said.as_deref() == reason =>
        {
            Ok(false)
        }
        _ if text.state == TextState::Waiting => Ok(true),
        _ => Err(Refusal::NotWaiting { state: text.state }),
    }
}

/// How its writers see that a text stands; `None` for what everybody sees or nobody is to decide about.
pub fn told((text, decision): &Decided) -> Option<TextReview> {
    let reason = decision.as_ref().and_then(|decision| decision.reason.clone());
    let told = match text.state {
        TextState::Checking | TextState::Waiting => "正在审核，通过后其他人才能看到".to_owned(),
        TextState::Returned => {
            format!("没有通过审核，其他人看不到。原因：{}", reason.as_deref().unwrap_or_default())
        }
        TextState::Passed | TextState::TakenBack => return None,
    };
    Some(TextReview { text_id: text.id, state: text.state, told, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_lets_through_or_asks_people_and_never_refuses() {
        use TextFinding::{Pass, Review, Risky, Unknown};
        for is_on in [false, true] {
            assert_eq!(checked(TextState::Checking, Pass, is_on), Some(TextState::Passed));
            for finding in [Review, Risky] {
                assert_eq!(checked(TextState::Checking, finding, is_on), Some(TextState::Waiting));
            }
            for state in [TextState::Waiting, TextState::Passed, TextState::Returned, TextState::TakenBack] {
                assert!([Pass, Review, Risky, Unknown].iter().all(|found| checked(state, *found, is_on).is_none()));
            }
        }
        assert_eq!(checked(TextState::Checking, Unknown, true), Some(TextState::Waiting));
        assert_eq!(checked(TextState::Checking, Unknown, false), Some(TextState::Passed));
        assert_eq!(worse(worse(Pass, Review), Unknown), Review);
        assert_eq!(worse(Review, Risky), Risky);
    }

    #[test]
    fn a_long_text_goes_in_pieces_and_nothing_of_it_is_lost() {
        let text = "字".repeat(CHECKED_CHARS) + "尾";
        let pieces = pieces(&text);
        assert_eq!(pieces.iter().map(|piece| piece.chars().count()).collect::<Vec<_>>(), [CHECKED_CHARS, 1]);
        assert_eq!(pieces.concat(), text);
    }
}
