//! The sample organisation and the people in it.
//!
//! ```text
//! JT 集团党委 ── DW1 一厂党委 ── ZB1 东支部 ── XZ11, XZ12 党小组
//!            │              └─ ZB2 西支部 ── XZ21
//!            └─ DW2 二厂党委 ── ZB3 南支部 ── XZ31
//! ```

use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use xianfeng::base::capability::Role;
use xianfeng::base::id::{MemberId, UnitId};
use xianfeng::db::schema::credentials;
use xianfeng::db::{Never, Stop, Tx};
use xianfeng::on;
use xianfeng::people::members::directory::{Directory, UnitTree, card};
use xianfeng::people::members::model::{MemberKind, MemberRow, MemberStatus, RoleRow, Unit};
use xianfeng::people::members::store;
use xianfeng::people::sessions::hasher::Hasher;

use super::{Reply, TestApp, send};

/// Everybody's password.
pub const PASSWORD: &str = "tonghua-2026";

const UNITS: [(&str, &str, &str, &str); 10] = [
    ("JT", "集团党委", "集团党委", ""),
    ("DW1", "一厂党委", "基层党委", "JT"),
    ("DW2", "二厂党委", "基层党委", "JT"),
    ("ZB1", "东支部", "党支部", "DW1"),
    ("ZB2", "西支部", "党支部", "DW1"),
    ("ZB3", "南支部", "党支部", "DW2"),
    ("XZ11", "东一组", "党小组", "ZB1"),
    ("XZ12", "东二组", "党小组", "ZB1"),
    ("XZ21", "西一组", "党小组", "ZB2"),
    ("XZ31", "南一组", "党小组", "ZB3"),
];

impl TestApp {
    pub(super) async fn make_sample_units(&self) {
        self.write(|tx| {
            let mut made: Vec<Unit> = Vec::new();
            for (code, name, kind, parent) in UNITS {
                let unit = Unit {
                    id: tx.fresh_id(),
                    code: code.into(),
                    name: name.into(),
                    short_name: name.into(),
                    kind: kind.into(),
                    parent_id: made.iter().find(|unit| unit.code == parent).map(|unit| unit.id),
                    closed_on: None,
                    created_at: tx.now(),
                    updated_at: tx.now(),
                };
                store::insert_unit(tx.conn, &unit)?;
                made.push(unit);
            }
            Ok(())
        })
        .await;
        let units = self.db().read(store::list_units).await.unwrap();
        self.app.get::<Directory>().put_tree(UnitTree::new(units));
    }

    /// The unit of the sample organisation with that code.
    pub fn unit(&self, code: &str) -> UnitId {
        self.directory().tree().by_code(code).unwrap_or_else(|| panic!("no unit {code}")).unit.id
    }

    pub fn directory(&self) -> Directory {
        self.app.get()
    }

    /// Somebody called `name`, at home in XZ11 without duties, until told otherwise.
    pub fn member(&self, name: &str) -> MemberBuilder<'_> {
        MemberBuilder { app: self, name: name.into(), home: "XZ11".into(), kind: MemberKind::Full, roles: Vec::new() }
    }

    /// Runs `action` as one transaction that refuses nothing.
    pub async fn write<T: Send + 'static>(
        &self,
        action: impl Fn(&mut Tx) -> Result<T, Stop<Never>> + Send + 'static,
    ) -> T {
        self.db().write(action).await.unwrap_or_else(|stop| panic!("{stop:?}"))
    }
}

/// Builds a member; everything not said is usual.
pub struct MemberBuilder<'a> {
    app: &'a TestApp,
    name: String,
    home: String,
    kind: MemberKind,
    roles: Vec<(Role, String)>,
}

impl<'a> MemberBuilder<'a> {
    pub fn home(mut self, unit: &str) -> Self {
        self.home = unit.into();
        self
    }

    pub fn kind(mut self, kind: MemberKind) -> Self {
        self.kind = kind;
        self
    }

    pub fn role(mut self, role: Role, unit: &str) -> Self {
        self.roles.push((role, unit.into()));
        self
    }

    /// Makes the member without a password.
    pub async fn unregistered(self) -> (MemberId, String) {
        let employee_no = format!("E{:05}", self.app.next_person() + 1);
        let home = self.app.unit(&self.home);
        let roles: Vec<(Role, UnitId)> = self.roles.iter().map(|(role, unit)| (*role, self.app.unit(unit))).collect();
        let (name, kind, number) = (self.name.clone(), self.kind, employee_no.clone());
        let (row, duties) = self
            .app
            .write(move |tx| {
                let row = MemberRow {
                    id: tx.fresh_id(),
                    employee_no: number.clone(),
                    name: name.clone(),
                    phone_sealed: None,
                    phone_index: None,
                    kind,
                    status: MemberStatus::Active,
                    unit_id: home,
                    hidden_from_boards: false,
                    on_boards: false,
                    created_at: tx.now(),
                    updated_at: tx.now(),
                };
                store::insert_member(tx.conn, &row)?;
                let mut duties = Vec::new();
                for (role, unit) in &roles {
                    let duty = RoleRow {
                        id: tx.fresh_id(),
                        member_id: row.id,
                        role: *role,
                        unit_id: *unit,
                        from_on: tx.today(),
                        to_on: None,
                        granted_by: None,
                        created_at: tx.now(),
                    };
                    store::insert_role(tx.conn, &duty)?;
                    duties.push(duty);
                }
                Ok((row, duties))
            })
            .await;
        let id = row.id;
        self.app.directory().put_member(card(&row, duties));
        (id, employee_no)
    }

    /// Makes the member, sets [`PASSWORD`] and signs in.
    pub async fn sign_in(self) -> Person<'a> {
        let app = self.app;
        let (id, employee_no) = self.unregistered().await;
        app.give_password(id).await;
        app.sign_in(id, &employee_no).await
    }
}

impl TestApp {
    /// Gives the member [`PASSWORD`]. Hashing it anew for each of thousands took a quarter of all the tests' time, so it is
    /// hashed once in a run.
    pub async fn give_password(&self, member: MemberId) {
        static HASH: OnceCell<String> = OnceCell::const_new();
        let hash = HASH.get_or_init(async || Hasher::start().hash(PASSWORD.into()).await.unwrap()).await;
        self.write(move |tx| {
            let row = (
                credentials::member_id.eq(member),
                credentials::password_hash.eq(hash),
                credentials::is_long.eq(Some(true)),
                credentials::changed_at.eq(tx.now()),
            );
            on!(tx.conn, c => diesel::insert_into(credentials::table).values(row).execute(c))?;
            Ok(())
        })
        .await;
    }

    /// Opens a session for a member whose password is [`PASSWORD`].
    pub async fn sign_in(&self, id: MemberId, employee_no: &str) -> Person<'_> {
        let session = self.post("/session", json!({ "account": employee_no, "password": PASSWORD })).await.ok(201);
        Person { app: self, id, employee_no: employee_no.into(), session }
    }
}

impl TestApp {
    /// A session of somebody who has changed the password.
    pub async fn sign_in_with(&self, person: &Person<'_>, password: &str) -> Person<'_> {
        let account = json!({ "account": person.employee_no, "password": password });
        let session = self.post("/session", account).await.ok(201);
        Person { app: self, id: person.id, employee_no: person.employee_no.clone(), session }
    }

    /// A further session of somebody whose token has expired, on the same device.
    pub async fn sign_in_anew(&self, person: &Person<'_>) -> Person<'_> {
        let known = json!({
            "account": person.employee_no, "password": PASSWORD, "device_key": person.session["device_key"],
        });
        let session = self.post("/session", known).await.ok(201);
        Person { app: self, id: person.id, employee_no: person.employee_no.clone(), session }
    }
}

impl TestApp {
    /// Somebody whose session began elsewhere, such as on another release.
    pub fn with_session(&self, id: MemberId, employee_no: &str, session: Value) -> Person<'_> {
        Person { app: self, id, employee_no: employee_no.into(), session }
    }
}

/// A signed-in member.
pub struct Person<'a> {
    app: &'a TestApp,
    pub id: MemberId,
    pub employee_no: String,
    /// The tokens as they came.
    pub session: Value,
}

impl Person<'_> {
    pub fn token(&self) -> &str {
        self.session["access_token"].as_str().unwrap()
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.app.request(method, path).bearer_auth(self.token())
    }

    pub async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        send(self.request(Method::DELETE, path)).await
    }
}
