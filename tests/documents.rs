//! The register of document numbers, straight at its room: one document to a number, whatever issues it.

use uuid::Uuid;
use xianfeng::base::text::Text;
use xianfeng::db::{Never, Stop, Tx};
use xianfeng::ground::documents::{self, DocumentNumber};

use crate::support::TestApp;

fn number(number: u16) -> DocumentNumber {
    DocumentNumber { prefix: Text::new("金集组发").unwrap(), year: 2026, number }
}

async fn claim(app: &TestApp, wanted: u16, kind: &'static str, document: Uuid) -> bool {
    let action =
        move |tx: &mut Tx| -> Result<bool, Stop<Never>> { Ok(documents::claim(tx, &number(wanted), kind, document)?) };
    app.db().write(action).await.unwrap()
}

async fn release_all_but(app: &TestApp, kept: Option<u16>, kind: &'static str, document: Uuid) {
    let action = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
        Ok(documents::release_others(tx, kept.map(number).as_ref(), kind, document)?)
    };
    app.db().write(action).await.unwrap();
}

#[tokio::test]
async fn a_number_is_borne_by_one_document_whatever_its_kind() {
    let app = TestApp::start().await;
    let [one, other] = [Uuid::from_u128(1), Uuid::from_u128(2)];
    assert!(claim(&app, 7, "bulletin", one).await);
    assert!(claim(&app, 7, "bulletin", one).await, "again it changes nothing");
    assert!(!claim(&app, 7, "bulletin", other).await);
    assert!(!claim(&app, 7, "notice", one).await, "another kind with the same id is another document");
    assert!(claim(&app, 8, "notice", one).await);
}

#[tokio::test]
async fn what_a_document_no_longer_bears_is_free_again() {
    let app = TestApp::start().await;
    let [one, other] = [Uuid::from_u128(1), Uuid::from_u128(2)];
    assert!(claim(&app, 7, "bulletin", one).await);
    assert!(claim(&app, 8, "bulletin", one).await);
    release_all_but(&app, Some(8), "bulletin", one).await;
    assert!(claim(&app, 7, "bulletin", other).await);
    assert!(!claim(&app, 8, "bulletin", other).await);
    release_all_but(&app, None, "bulletin", one).await;
    assert!(claim(&app, 8, "bulletin", other).await);
    assert!(!claim(&app, 7, "bulletin", one).await, "what others bear stays theirs");
}
