//! Every column that names a member is declared by one room.

use std::collections::{BTreeMap, BTreeSet};

use xianfeng::db::{Never, Stop};
use xianfeng::kernel::personal::{Erasing, Handing, Personal, list};

use super::lines;
use crate::support::{TestApp, on_postgres};

/// Columns of bytes that are no members, by their names: ids of other things, hashes and sealed text. A new column that
/// names a member is called otherwise, or declared.
const NO_MEMBERS: [&str; 102] = [
    "bytes",
    "hand_over_id",
    "linked_id",
    "form_id",
    "period_id",
    "report_id",
    "revision",
    "about_id",
    "account_hash",
    "account_sealed",
    "address",
    "appeal_id",
    "at_id",
    "at_unit_id",
    "attached_to_id",
    "attempt_id",
    "award_id",
    "awarded_through",
    "block",
    "branch_id",
    "c0",
    "campaign_id",
    "case_id",
    "choices",
    "code_hash",
    "contest_id",
    "correction_id",
    "corrects_id",
    "cover_file_id",
    "device_salt",
    "digest",
    "docid",
    "document_id",
    "entry_id",
    "fingerprint",
    "graded_through",
    "hash",
    "holder",
    "holder_id",
    "home_id",
    "id",
    "idea_id",
    "import_id",
    "insignia_id",
    "issuing_unit_id",
    "item_id",
    "k",
    "key",
    "key_check",
    "key_given",
    "key_shown",
    "lead_unit_id",
    "lies_on",
    "line_id",
    "list_id",
    "mark",
    "meeting_id",
    "merged_into",
    "nomination_id",
    "notice_id",
    "number_sealed",
    "outcome_id",
    "outcome_sealed",
    "paper_id",
    "parent_id",
    "pgno",
    "phone_index",
    "phone_sealed",
    "picture_id",
    "previous_hash",
    "proposal_id",
    "push_id",
    "question_id",
    "refresh_hash",
    "replacement_id",
    "request_hash",
    "role_id",
    "roster",
    "round_id",
    "said_about",
    "sealed",
    "secret_sealed",
    "segid",
    "session_id",
    "session_key_sealed",
    "sha256",
    "slip_key",
    "source_id",
    "step_id",
    "subject",
    "subject_id",
    "surroundings",
    "sz",
    "task_id",
    "term",
    "thing_id",
    "through",
    "token_sealed",
    "union_hash",
    "unit_id",
    "v",
    "version",
];

/// Tables of the database itself and of its search index, which hold text of ideas alone.
fn is_ours(table: &str) -> bool {
    !table.starts_with("sqlite_") && !table.starts_with("search_grams") && table != "__diesel_schema_migrations"
}

/// Table and column of everything that is kept as bytes.
async fn columns_of_bytes(app: &TestApp) -> Vec<(String, String)> {
    let sql = match on_postgres() {
        true => {
            "SELECT table_name || ' ' || column_name AS line FROM information_schema.columns \
             WHERE table_schema = current_schema() AND data_type = 'bytea' ORDER BY 1"
        }
        false => {
            "SELECT m.name || ' ' || p.name AS line FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND upper(p.type) = 'BLOB' ORDER BY 1"
        }
    };
    let found = lines(app, sql.to_owned()).await;
    let pairs = found.iter().map(|line| line.split_once(' ').unwrap());
    pairs.filter(|(table, _)| is_ours(table)).map(|(table, column)| (table.to_owned(), column.to_owned())).collect()
}

#[tokio::test]
async fn every_column_that_names_a_member_is_declared_by_exactly_one_room() {
    let app = TestApp::start().await;
    let personal = app.app.get::<Personal>();
    let mut declared: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for keeping in personal.each() {
        for kept in keeping.kept {
            declared.entry((kept.table.to_owned(), kept.column.to_owned())).or_default().push(keeping.room);
            // a reason is a sentence
            if let Handing::Not(why) = kept.handing {
                assert!(why.chars().count() >= 5, "{}.{}", kept.table, kept.column);
            }
            if let Erasing::Stays(why) = kept.erasing {
                assert!(why.chars().count() >= 5, "{}.{}", kept.table, kept.column);
            }
        }
    }
    // each room speaks for those items of the desk that are about things of its own
    let twice: Vec<_> = declared
        .iter()
        .filter(|((table, column), rooms)| {
            rooms.len() > 1 && (table, column) != (&"desk_items".into(), &"subject_id".into())
        })
        .collect();
    assert!(twice.is_empty(), "declared twice: {twice:?}");
    let there: BTreeSet<(String, String)> = columns_of_bytes(&app).await.into_iter().collect();
    assert!(there.len() > 250, "the database is read at all: {}", there.len());
    let missing: Vec<&(String, String)> = there
        .iter()
        .filter(|(_, column)| !NO_MEMBERS.contains(&column.as_str()))
        .filter(|place| !declared.contains_key(*place))
        .collect();
    assert!(missing.is_empty(), "in no room's personal.rs: {missing:?}");
    // lists of members, and what refers to a member's rows, may be text
    let packed = ["desk_items barred"].map(|place| place.split_once(' ').unwrap());
    let unknown: Vec<_> = declared
        .keys()
        .filter(|place| !there.contains(*place))
        .filter(|(table, column)| !packed.contains(&(table.as_str(), column.as_str())))
        .collect();
    assert!(unknown.is_empty(), "no such column: {unknown:?}");
}

#[tokio::test]
async fn every_declaration_is_sql_that_the_database_runs() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let personal = app.app.get::<Personal>();
    for keeping in personal.each() {
        for kept in keeping.kept {
            let (kept, member) = (*kept, li.id);
            let found = app.db().read(move |conn| list(conn, &kept, member, 0, 10)).await;
            let rows = found.unwrap_or_else(|error| panic!("{}.{}: {error}", kept.table, kept.column));
            assert!(rows.iter().all(serde_json::Value::is_object));
        }
    }
    let member = li.id;
    let touched = app.db().write(move |tx| Ok::<_, Stop<Never>>(personal.erase(tx, member)?)).await.unwrap();
    let tables: Vec<&str> = touched.iter().map(|(table, _)| *table).collect();
    assert!(tables.contains(&"sessions") && tables.contains(&"credentials"), "{tables:?}");
}
