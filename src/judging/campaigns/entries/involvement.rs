//! Who is involved in entries, now or in any of their versions, and so judges none of them 回避.

use std::collections::HashMap;

use diesel::QueryResult;
use uuid::Uuid;

use super::model::{ENTRY_ON_TRAIL, Entry, EntryId};
use super::rules::Deciders;
use super::store;
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::own_case::{Involved, Involvement, Judgement, belonging};
use crate::base::person::Person;
use crate::db::{Conn, Tx};
use crate::judging::campaigns::model::{Campaign, CampaignId, DECISION_ON_TRAIL};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::{Campaigns, Outcome};
use crate::kernel::desk::Post;
use crate::kernel::recusals::{self, RecusalRequest};

/// Who led and who wrote entries, in whichever version; who asked to be kept out of judging one of them, and who of what is
/// decided about all.
#[derive(Clone, Debug, Default)]
pub struct EntryPeople {
    of: HashMap<EntryId, Vec<(MemberId, Involvement)>>,
    leaving: HashMap<EntryId, Vec<RecusalRequest>>,
    recused: Vec<MemberId>,
}

impl EntryPeople {
    /// Of these entries.
    pub fn of(conn: &mut Conn, entries: &[Entry]) -> QueryResult<EntryPeople> {
        let mut people: HashMap<EntryId, Vec<(MemberId, Involvement)>> = HashMap::new();
        for entry in entries {
            let present = [(entry.owner_id, Involvement::Owner), (entry.created_by, Involvement::Writer)];
            people.entry(entry.id).or_default().extend(present);
        }
        let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
        for (entry, writer, owner) in store::entries::list_people(conn, &ids)? {
            let its = people.entry(entry).or_default();
            its.push((writer, Involvement::Writer));
            its.extend(owner.map(|owner| (owner, Involvement::Owner)));
        }
        let subjects: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let mut leaving: HashMap<EntryId, Vec<RecusalRequest>> = HashMap::new();
        for (entry, asked) in recusals::list_recused(conn, ENTRY_ON_TRAIL, &subjects)? {
            leaving.entry(entry.into()).or_default().push(asked);
        }
        Ok(EntryPeople { of: people, leaving, recused: Vec::new() })
    }

    /// The same, where these asked to be kept out.
    pub fn recusing(self, asked: &[RecusalRequest]) -> EntryPeople {
        EntryPeople { recused: asked.iter().map(|asked| asked.member_id).collect(), ..self }
    }

    /// How a member is involved in an entry himself, wherever he belongs.
    pub fn in_person(&self, entry: EntryId, member: MemberId) -> Involved {
        let its = self.of.get(&entry).map(Vec::as_slice).unwrap_or_default();
        let leaves = self.leaving(entry).iter().any(|asked| asked.member_id == member);
        let ways = its.iter().filter(|(known, _)| *known == member).map(|(_, way)| *way);
        ways.chain(leaves.then_some(Involvement::Recused)).collect()
    }

    /// Those who asked to be kept out of judging an entry.
    pub fn leaving(&self, entry: EntryId) -> &[RecusalRequest] {
        self.leaving.get(&entry).map(Vec::as_slice).unwrap_or_default()
    }

    /// How a person is involved in an entry, himself or by his unit.
    pub fn involved(&self, entry: &Entry, person: &Person) -> Involved {
        belonging(person, entry.unit_id).into_iter().fold(self.in_person(entry.id, person.member), Involved::and)
    }

    /// How a person is involved in any of these entries, or since he asked to be kept out of what is decided about them.
    pub fn involved_in_any(&self, entries: &[Entry], person: &Person) -> Involved {
        let recused: Involved =
            self.recused.contains(&person.member).then_some(Involvement::Recused).into_iter().collect();
        entries.iter().fold(recused, |known, entry| known.with(self.involved(entry, person)))
    }

    /// Everybody who led or wrote one of them, each once.
    pub fn everybody(&self) -> Vec<MemberId> {
        let mut all: Vec<MemberId> = self.of.values().flatten().map(|(member, _)| *member).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Those who led or wrote an entry.
    pub fn of_entry(&self, entry: EntryId) -> Vec<MemberId> {
        self.of.get(&entry).map(|its| its.iter().map(|(member, _)| *member).collect()).unwrap_or_default()
    }
}

/// The entries of a campaign that were handed in, with those who are involved in them or asked to be kept out of the
/// decision.
pub fn handed_in(conn: &mut Conn, id: CampaignId) -> QueryResult<(Vec<Entry>, EntryPeople)> {
    let entries = store::entries::list_submitted(conn, id)?;
    let asked = recusals::list_requests(conn, DECISION_ON_TRAIL, &[id.uuid()])?;
    let people = EntryPeople::of(conn, &entries)?.recusing(&asked);
    Ok((entries, people))
}

impl Campaigns {
    /// Those who decide a campaign by duty, and what keeps some of them from it.
    pub(in crate::judging::campaigns) fn deciders(
        &self,
        tx: &Tx,
        campaign: &Campaign,
        (entries, people): (&[Entry], &EntryPeople),
    ) -> Deciders {
        let post = Post { capability: Capability::DecideCampaigns, unit: campaign.unit_id };
        let able = self.desks.able(post, tx.today());
        let hindrance = |member: &MemberId| {
            let person = self.directory.person(*member, tx.today())?;
            let involved = people.involved_in_any(entries, &person);
            Some((*member, Judgement::DecideSelection.hindrance(involved)?))
        };
        let hindered = able.iter().filter_map(hindrance).collect();
        Deciders { able, hindered }
    }

    /// Those for whom a decision about the campaign does not wait, since they take part in it.
    pub(in crate::judging::campaigns) fn list_barred_deciders(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
    ) -> QueryResult<Vec<MemberId>> {
        let (entries, people) = handed_in(tx.conn, campaign.id)?;
        Ok(self.deciders(tx, campaign, (&entries, &people)).barred())
    }

    /// Refuses somebody with an entry of his own in the campaign: nobody moves its ends, calls it off or voids ballots of it
    /// who takes part in person.
    pub(in crate::judging::campaigns) fn check_no_entrant(
        &self,
        tx: &mut Tx,
        id: CampaignId,
        actor: MemberId,
    ) -> Outcome<()> {
        let (entries, people) = handed_in(tx.conn, id)?;
        let involved = entries.iter().fold(Involved::NOT, |known, entry| known.with(people.in_person(entry.id, actor)));
        Ok(Judgement::ConfirmSelectionChange.check(involved).map_err(|_| CampaignRefusal::OwnCase)?)
    }

    /// Those who could confirm what others propose about the campaign, and have an entry of their own in it.
    pub(in crate::judging::campaigns) fn list_entrants(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
    ) -> QueryResult<Vec<MemberId>> {
        let entrants = handed_in(tx.conn, campaign.id)?.1.everybody();
        let post = Post { capability: Capability::DecideCampaigns, unit: campaign.unit_id };
        Ok(self.desks.able(post, tx.today()).into_iter().filter(|member| entrants.contains(member)).collect())
    }
}
