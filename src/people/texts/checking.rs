//! Showing texts to WeChat's content check, after the commit and apart from everything else that leaves.
//!
//! The check decides nothing against anybody: what it has doubts about waits for people. A platform that does not answer is
//! asked again with growing pauses, for [`PATIENCE_SECONDS`] at most; then people decide where they look at everything, and
//! elsewhere the text is let through, since a fault of the platform is none of its author's.

use serde::{Deserialize, Serialize};

use super::actions::Texts;
use super::model::{HeldText, HeldTextId, TextFinding};
use super::rules::{self, PATIENCE_SECONDS};
use super::store;
use crate::db::DbError;
use crate::kernel::outbox::{Message, Outcome};
use crate::people::platforms::{Fault, Platform, Suggestion};

/// The topic of checks in the outbox.
pub(super) const CHECK: &str = "texts.check";
/// Their lane: an author waits a moment for the platform, and nobody else does.
pub(super) const LANE: &str = "texts";

/// What the check calls comments, and what opens a subject.
const COMMENT_SCENE: u8 = 2;
const FORUM_SCENE: u8 = 3;

/// What is to be checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Check {
    pub text: HeldTextId,
}

/// What the check says of a text, and of what kind it takes it to be.
type Said = (TextFinding, Option<&'static str>);

impl Texts {
    /// Checks some texts, one after the other.
    pub(super) async fn check(&self, messages: Vec<Message>) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(messages.len());
        for message in messages {
            let outcome = match message.payload::<Check>() {
                Ok(check) => self.check_one(check.text, &message).await,
                Err(error) => Ok(Outcome::Hopeless(error)),
            };
            outcomes.push(outcome.unwrap_or_else(|error| Outcome::Failed(error.to_string())));
        }
        outcomes
    }

    async fn check_one(&self, id: HeldTextId, message: &Message) -> Result<Outcome, DbError> {
        let room = self.clone();
        let look = self.db.read(move |conn| {
            let Some((text, _)) = store::find(conn, id)?.filter(|(text, _)| text.state.is_open()) else {
                return Ok(None);
            };
            let account = room.platforms.accounts(conn, Platform::Mini, &[text.author_id])?.remove(&text.author_id);
            Ok(Some((text, account)))
        });
        let Some((text, account)) = look.await? else { return Ok(Outcome::Done) };
        let said = match account {
            Some(openid) => self.ask(&text, &openid).await,
            // unbound meanwhile: nobody can be asked any more
            None => Ok((TextFinding::Unknown, None)),
        };
        let (finding, hint) = match said {
            Ok(said) => said,
            Err(fault) => match self.again(&fault, message) {
                Some(outcome) => return Ok(outcome),
                None => {
                    tracing::error!(%fault, "a text could not be checked by the platform");
                    (TextFinding::Unknown, None)
                }
            },
        };
        self.conclude(id, finding, hint).await?;
        Ok(Outcome::Done)
    }

    async fn ask(&self, text: &HeldText, openid: &str) -> Result<Said, Fault> {
        let Some(mini) = &self.platforms.mini else { return Ok((TextFinding::Unknown, None)) };
        let is_comment = self.kind(&text.kind).is_some_and(|kind| kind.is_comment);
        let scene = if is_comment { COMMENT_SCENE } else { FORUM_SCENE };
        let mut worst: Said = (TextFinding::Pass, None);
        for piece in rules::pieces(&text.text) {
            let (suggestion, label) = mini.check_text(openid, scene, &piece).await?;
            let finding = match suggestion {
                Suggestion::Pass => TextFinding::Pass,
                Suggestion::Review => TextFinding::Review,
                Suggestion::Risky => TextFinding::Risky,
            };
            if rules::worse(worst.0, finding) != worst.0 {
                worst = (finding, rules::label_of(label));
            }
        }
        Ok(worst)
    }

    /// When the platform is asked again; `None` when it is not.
    fn again(&self, fault: &Fault, message: &Message) -> Option<Outcome> {
        let passing = matches!(fault, Fault::Busy { .. } | Fault::Token { .. } | Fault::TooOften);
        let until = message.created_at.plus_seconds(PATIENCE_SECONDS);
        if !passing || message.is_last_attempt() || self.db.now() >= until {
            return None;
        }
        let rests = self.platforms.mini.as_ref().and_then(|mini| mini.client.rests_until());
        Some(match rests {
            Some(rests) => Outcome::Paused { until: rests.min(until), why: fault.to_string() },
            None => Outcome::Failed(fault.to_string()),
        })
    }
}
