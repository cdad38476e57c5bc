//! Under which key the ballots of a vote are sealed.

use diesel::prelude::*;

use crate::base::time::Timestamp;
use crate::db::schema::campaign_seals;
use crate::judging::campaigns::model::CampaignId;
use crate::kernel::key_store::KeyName;

crate::words!(
    /// Where the key of a vote comes from.
    KeySource {
        /// It follows from the secrets: votes that were open before each had a key of its own.
        Secrets = "secrets" / "系统密钥",
        /// It was made at the opening for this vote alone, and is destroyed after the count.
        Vote = "vote" / "本次投票专用密钥",
    }
);

/// What a server knows of the key before it seals or opens a ballot with it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_seals)]
pub struct Seal {
    pub campaign_id: CampaignId,
    /// What the key gives for a check; 32 bytes.
    pub key_check: Vec<u8>,
    pub key_source: KeySource,
    pub key_destroyed_at: Option<Timestamp>,
}

impl Seal {
    /// The seal of a vote that opens with the key called `name`.
    pub fn of_vote(name: KeyName) -> Seal {
        Seal {
            campaign_id: name.owner.into(),
            key_check: name.check.to_vec(),
            key_source: KeySource::Vote,
            key_destroyed_at: None,
        }
    }

    /// What the key of the vote is called where it is kept; `None` when it follows from the secrets.
    pub fn key_name(&self) -> Option<KeyName> {
        let check = self.key_check.as_slice().try_into().ok()?;
        (self.key_source == KeySource::Vote).then_some(KeyName { owner: self.campaign_id.uuid(), check })
    }
}
