//! What is kept about members: declared column by column, handed over as one archive, put right, and made anonymous.

mod anonymous;
mod archive;
mod corrected;
mod declared;

use diesel::RunQueryDsl;
use diesel::sql_query;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::db::Conn;
use xianfeng::on;

use crate::support::{Person, TestApp};

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// What a query of one column of text finds.
async fn lines(app: &TestApp, sql: String) -> Vec<String> {
    let read = move |conn: &mut Conn| {
        let found: Vec<Line> = on!(conn, c => sql_query(&sql).load(c))?;
        Ok(found.into_iter().map(|found| found.line).collect::<Vec<String>>())
    };
    app.db().read(read).await.unwrap()
}

/// Two administrators of the whole enterprise.
async fn administrators(app: &TestApp) -> (Person<'_>, Person<'_>) {
    let first = app.member("管理员甲").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let second = app.member("管理员乙").home("JT").role(Role::Administrator, "JT").sign_in().await;
    (first, second)
}

async fn let_go(administrator: &Person<'_>, member: &Person<'_>) {
    administrator.patch(&format!("/members/{}", member.id), json!({ "status": "left" })).await.ok(200);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
