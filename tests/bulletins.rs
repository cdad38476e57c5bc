//! Bulletins, straight at their room: two kinds of things, whose texts it does not know, share one register of numbers and
//! one life. What a selection says in its bulletin is tested with selections.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xianfeng::base::id::MemberId;
use xianfeng::base::text::Text;
use xianfeng::db::{Stop, Tx};
use xianfeng::ground::bulletins::{self, About, Bulletin, BulletinState, Refusal, Sheet, Written};
use xianfeng::ground::documents::DocumentNumber;

use crate::support::TestApp;

/// What some room writes of a bulletin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Letter {
    number: Option<DocumentNumber>,
    words: String,
}

impl Written for Letter {
    fn document_no(&self) -> Option<&DocumentNumber> {
        self.number.as_ref()
    }
}

fn letter(number: Option<u16>, words: &str) -> Letter {
    let number = number.map(|number| DocumentNumber { prefix: Text::new("金集组发").unwrap(), year: 2026, number });
    Letter { number, words: words.to_owned() }
}

fn sheet() -> Sheet {
    let [issuer, document_no, title, addressees, signature, dated] = ["组织部"; 6].map(str::to_owned);
    Sheet { issuer, document_no, title, addressees, opening: Vec::new(), parts: Vec::new(), signature, dated }
}

const CONTEST: &str = "contest_bulletin";
const SUMMARY: &str = "idea_bulletin";

/// The thing number one of a kind.
fn first(kind: &'static str) -> About {
    About { kind, id: Uuid::from_u128(1).into() }
}

async fn draft(app: &TestApp, kind: &'static str, by: MemberId, text: Letter) -> Result<(), Refusal> {
    done(app, move |tx| bulletins::draft(tx, first(kind), by, text.clone())).await
}

async fn done<T: Send + 'static>(
    app: &TestApp,
    action: impl Fn(&mut Tx) -> Result<T, Stop<Refusal>> + Send + Sync + 'static,
) -> Result<T, Refusal> {
    match app.db().write(action).await {
        Ok(done) => Ok(done),
        Err(Stop::Refused(refusal)) => Err(refusal),
        Err(Stop::Failed(error)) => panic!("{error}"),
    }
}

fn held(tx: &mut Tx, kind: &'static str) -> Result<Bulletin<Letter>, Stop<Refusal>> {
    Ok(bulletins::find(tx.conn, first(kind))?.ok_or(Refusal::NotFound)?)
}

#[tokio::test]
async fn a_bulletin_is_written_reviewed_by_another_person_issued_and_stays() {
    let app = TestApp::start().await;
    let [writer, other] = [app.member("起草").unregistered().await.0, app.member("审核").unregistered().await.0];
    let third = app.member("再审").unregistered().await.0;
    assert_eq!(done(&app, |tx| held(tx, CONTEST)).await.unwrap_err(), Refusal::NotFound);
    draft(&app, CONTEST, writer, letter(Some(7), "初稿")).await.unwrap();

    let review = async |by: MemberId, version: i32| {
        done(&app, move |tx| {
            let bulletin = held(tx, CONTEST)?;
            bulletins::review(tx, bulletin, by, version)
        })
        .await
    };
    let issue = async |version: i32| {
        done(&app, move |tx| {
            let bulletin = held(tx, CONTEST)?;
            bulletins::issue(tx, bulletin, writer, version, &sheet())
        })
        .await
    };
    assert_eq!(review(writer, 1).await, Err(Refusal::Own));
    assert_eq!(issue(1).await, Err(Refusal::NotReviewed));
    assert_eq!((review(other, 1).await, review(other, 1).await), (Ok(true), Ok(false)));

    let edited = done(&app, move |tx| {
        let bulletin = held(tx, CONTEST)?;
        bulletins::edit(tx, bulletin, other, letter(Some(7), "二稿"))
    });
    assert_eq!(edited.await, Ok(2));
    assert_eq!(issue(2).await, Err(Refusal::NotReviewed), "another version is a draft again");
    assert_eq!(review(other, 1).await, Err(Refusal::Changed { version: 2 }));
    // who wrote what it was made of is no other person than who wrote it
    assert_eq!((review(other, 2).await, review(writer, 2).await), (Err(Refusal::Own), Err(Refusal::Own)));
    assert_eq!(review(third, 2).await, Ok(true));
    assert_eq!((issue(2).await, issue(2).await), (Ok(true), Ok(false)));

    let kept = done(&app, |tx| held(tx, CONTEST)).await.unwrap();
    assert_eq!((kept.state, kept.text.words.as_str(), kept.sheet), (BulletinState::Issued, "二稿", Some(sheet())));
    let late = done(&app, move |tx| {
        let bulletin = held(tx, CONTEST)?;
        bulletins::edit(tx, bulletin, writer, letter(Some(8), "三稿"))
    });
    assert_eq!(late.await, Err(Refusal::Issued));
}

#[tokio::test]
async fn bulletins_of_all_rooms_share_one_register_of_numbers() {
    let app = TestApp::start().await;
    let writer = app.member("起草").unregistered().await.0;
    draft(&app, CONTEST, writer, letter(Some(7), "竞赛")).await.unwrap();
    assert_eq!(draft(&app, SUMMARY, writer, letter(Some(7), "点子")).await, Err(Refusal::NumberTaken));
    draft(&app, SUMMARY, writer, letter(None, "点子")).await.unwrap();
    // a number that is given up is free again
    let renumbered = done(&app, move |tx| {
        let bulletin = held(tx, CONTEST)?;
        bulletins::edit(tx, bulletin, writer, letter(Some(8), "竞赛"))
    });
    assert_eq!(renumbered.await, Ok(2));
    let taken = done(&app, move |tx| {
        let bulletin = held(tx, SUMMARY)?;
        bulletins::edit(tx, bulletin, writer, letter(Some(7), "点子"))
    });
    assert_eq!(taken.await, Ok(2));
}
