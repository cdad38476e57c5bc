//! What is shipped beside the program: the compose file starts its servers, empty variables say nothing, wrong ones are
//! refused with a sentence, and the role that serves may do no more than that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use serde_json::json;
use tempfile::TempDir;
use xianfeng::config::Secrets;
use yaml_rust2::{Yaml, YamlLoader};

use crate::support::process::{Server, Site};
use crate::support::{TwoRoles, needs_postgres, send};

/// The compose file with its variables filled in, and merged as compose does.
struct Compose(Yaml);

impl Compose {
    /// With the variables of deploy/env.example, filled in as it says, and `further` ones.
    fn filled(further: &[(&str, &str)]) -> Compose {
        let mut variables = example();
        variables.extend(further.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let text = std::fs::read_to_string("docker-compose.yml").unwrap();
        let document = YamlLoader::load_from_str(&text).unwrap().remove(0);
        Compose(filled_in(&merged(&document), &variables))
    }

    fn service(&self, name: &str) -> &Yaml {
        &self.0["services"][name]
    }

    fn services(&self) -> Vec<(&str, &Yaml)> {
        let services = self.0["services"].as_hash().unwrap().iter();
        services.map(|(name, service)| (name.as_str().unwrap(), service)).collect()
    }

    fn environment(&self, service: &str) -> BTreeMap<String, String> {
        let environment = self.service(service)["environment"].as_hash().unwrap().iter();
        environment.map(|(name, value)| (text(name), text(value))).collect()
    }
}

fn text(scalar: &Yaml) -> String {
    scalar.as_str().map(str::to_owned).or_else(|| Some(scalar.as_i64()?.to_string())).unwrap_or_default()
}

/// deploy/env.example as .env: what is empty there is filled in, what is a comment stays one.
fn example() -> BTreeMap<String, String> {
    let file = std::fs::read_to_string("deploy/env.example").unwrap();
    let lines = file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let mut variables: BTreeMap<String, String> =
        lines.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())).collect();
    variables.insert("XIANFENG_SECRETS".into(), Secrets::random().to_json());
    for (name, value) in &mut variables {
        if value.is_empty() {
            *value = format!("filled0in0{}", name.len());
        }
    }
    variables
}

/// `<<` put into place: what the mapping says itself wins.
fn merged(yaml: &Yaml) -> Yaml {
    match yaml {
        Yaml::Hash(hash) => {
            let merge = Yaml::String("<<".into());
            let mut whole = match hash.get(&merge) {
                Some(base) => merged(base).into_hash().unwrap(),
                None => Default::default(),
            };
            for (key, value) in hash.iter().filter(|(key, _)| **key != merge) {
                whole.insert(key.clone(), merged(value));
            }
            Yaml::Hash(whole)
        }
        Yaml::Array(items) => Yaml::Array(items.iter().map(merged).collect()),
        other => other.clone(),
    }
}

/// Every text with its variables, as compose replaces them.
fn filled_in(yaml: &Yaml, variables: &BTreeMap<String, String>) -> Yaml {
    match yaml {
        Yaml::String(text) => Yaml::String(substituted(text, variables)),
        Yaml::Array(items) => Yaml::Array(items.iter().map(|item| filled_in(item, variables)).collect()),
        Yaml::Hash(hash) => {
            Yaml::Hash(hash.iter().map(|(key, value)| (key.clone(), filled_in(value, variables))).collect())
        }
        other => other.clone(),
    }
}

/// `${NAME:-default}`, `${NAME:?complaint}`, `${NAME}` and `$$`.
fn substituted(text: &str, variables: &BTreeMap<String, String>) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('$') {
        done.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            done.push('$');
            rest = after;
            continue;
        }
        let (inner, after) =
            after.strip_prefix('{').and_then(|after| after.split_once('}')).expect("a variable in braces");
        let (name, otherwise) = inner.split_once(':').map_or((inner, None), |(name, rest)| (name, Some(rest)));
        let set = variables.get(name).filter(|value| !value.is_empty());
        match (set, otherwise.map(|otherwise| otherwise.split_at(1))) {
            (Some(value), _) => done.push_str(value),
            (None, Some(("-", default))) => done.push_str(default),
            (None, None) => {}
            (None, Some((_, complaint))) => panic!("{name}: {complaint}"),
        }
        rest = after;
    }
    done + rest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_compose_file_starts_its_servers() {
    let site = Site::open(1).await;
    for further in [&[][..], &[("XIANFENG_CORS_ORIGINS", "https://party.example.com, http://localhost:5173")]] {
        let mut environment = Compose::filled(further).environment("app-1");
        for (name, here) in [("DATABASE_URL", Some(site.database_url())), ("REDIS_URL", site.redis_url())] {
            assert!(environment.remove(name).is_some_and(|url| url.contains("://")), "{name}");
            environment.extend(here.map(|url| (name.to_owned(), url.to_owned())));
        }
        // the database was filled under keys of its own
        let secrets = std::fs::read_to_string(site.folder().join("secrets.json")).unwrap();
        assert!(environment.insert("XIANFENG_SECRETS".into(), secrets).is_some());
        let environment: Vec<(String, String)> = environment.into_iter().collect();
        // it is ready when this returns
        let server = Server::in_environment(&environment, site.folder()).await;
        let ask = server.client.get(server.url("/me")).header("origin", "http://localhost:5173");
        let allowed = ask.send().await.unwrap().headers().contains_key("access-control-allow-origin");
        assert_eq!(allowed, !further.is_empty());
    }
}

#[test]
fn only_the_proxy_is_reached_from_outside_and_each_service_has_its_own_rights() {
    let compose = Compose::filled(&[]);
    let networks = |service: &Yaml| -> Vec<String> {
        match &service["networks"] {
            Yaml::Array(names) => names.iter().map(text).collect(),
            Yaml::Hash(names) => names.keys().map(text).collect(),
            _ => Vec::new(),
        }
    };
    let internal = |name: &String| compose.0["networks"][name.as_str()]["internal"].as_bool() == Some(true);
    for (name, service) in compose.services() {
        assert_eq!(service["ports"].is_badvalue(), name != "proxy", "{name}");
        assert!(service["deploy"]["resources"]["limits"]["memory"].as_str().is_some(), "{name} has no memory limit");
        if ["postgres", "redis", "migrate"].contains(&name) {
            assert!(networks(service).iter().all(internal), "{name} is on a network that leads outside");
        }
    }
    assert!(!networks(compose.service("proxy")).iter().any(internal), "an internal network publishes no ports");

    let url = |service| compose.environment(service)["DATABASE_URL"].clone();
    let serving = compose.environment("migrate")["XIANFENG_SERVING_ROLE"].clone();
    assert_ne!(url("migrate"), url("app-1"));
    assert_eq!(url("app-1"), url("app-2"));
    assert!(url("app-1").starts_with(&format!("postgres://{serving}:")));
    assert_eq!(compose.environment("postgres")["XIANFENG_SERVING_ROLE"], serving);
    let owner = compose.environment("postgres")["POSTGRES_USER"].clone();
    assert!(url("migrate").starts_with(&format!("postgres://{owner}:")));
    assert_eq!(text(&compose.service("migrate")["command"][0]), "migrate");
    for app in ["app-1", "app-2"] {
        let waits = compose.service(app)["depends_on"]["migrate"]["condition"].as_str();
        assert_eq!(waits, Some("service_completed_successfully"));
    }

    let password = compose.environment("redis")["REDISCLI_AUTH"].clone();
    assert!(compose.environment("app-1")["REDIS_URL"].contains(&password));
    let arguments: Vec<String> = compose.service("redis")["command"].as_vec().unwrap().iter().map(text).collect();
    assert!(arguments.join(" ").contains("requirepass"));
    assert!(!arguments.join(" ").contains(&password), "everybody on the host can read it: {arguments:?}");
}

/// Runs the program to its end.
fn run(arguments: &[&str], environment: &[(&str, &str)], folder: &Path) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_xianfeng"));
    program.args(arguments).current_dir(folder).env_clear().envs(environment.iter().copied()).output().unwrap()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_variable_counts_as_unset() {
    let site = Site::open(1).await;
    let help = run(&["serve", "--help"], &[], site.folder());
    let help = String::from_utf8(help.stdout).unwrap();
    let named = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next());
    let mut names: Vec<&str> = named.collect();
    assert!(names.contains(&"XIANFENG_CORS_ORIGINS") && names.contains(&"REDIS_URL") && names.len() > 20, "{names:?}");
    names.extend(["XIANFENG_LOG", "XIANFENG_LOG_FORMAT", "AWS_ENDPOINT", "AWS_REGION", "XIANFENG_SERVING_ROLE"]);
    for empty in ["", " "] {
        let environment: Vec<(&str, String)> = names.iter().map(|name| (*name, empty.to_owned())).collect();
        site.serve_where(&[], &environment).await;
    }
}

#[test]
fn a_wrong_setting_is_refused_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    for (name, value, sentence) in [
        ("XIANFENG_CORS_ORIGINS", "https://party.example.com/", "ends with a slash"),
        ("XIANFENG_CORS_ORIGINS", "party.example.com", "has no scheme"),
        ("XIANFENG_CORS_ORIGINS", "https://party.example.com/h5", "has a path"),
        ("XIANFENG_CORS_ORIGINS", "https://*.example.com", "has a * in it"),
        ("XIANFENG_TRUSTED_PROXIES", "nginx", "neither an address nor a range"),
        ("XIANFENG_TRUSTED_PROXIES", "10.0.0.0/40", "neither an address nor a range"),
    ] {
        let said = complaint(&run(&["serve"], &[(name, value)], folder.path()));
        assert!(said.contains(sentence) && said.contains(value), "{name}={value}: {said}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made before it was refused");
    for (name, value, sentence) in [
        ("XIANFENG_VOTE_KEYS", "http://keys", "neither a folder nor s3://"),
        ("XIANFENG_FILES", "S3://bucket/files", "neither a folder nor s3://"),
        ("XIANFENG_VOTE_KEYS", "data/files/votes", "与附件目录重叠"),
        ("XIANFENG_BACKUP_FOLDER", "secrets", "备份须与密钥分开存放"),
        ("XIANFENG_BACKUP_FOLDER", "secrets/backup", "备份须与密钥分开存放"),
        ("XIANFENG_BACKUP_FOLDER", "secrets/votes/backup", "备份须与密钥分开存放"),
    ] {
        let said = complaint(&run(&["serve"], &[(name, value)], folder.path()));
        assert!(said.contains(sentence) && said.contains(value), "{name}={value}: {said}");
    }
}

#[test]
fn keys_lie_apart_from_data_and_backups() {
    let folder = TempDir::new().unwrap();
    let open = |environment: &[(&str, &str)]| {
        let command = ["admin", "create", "--employee-no=A001", "--name=管理员"];
        let ended = run(&command, environment, folder.path());
        (ended.status.success(), String::from_utf8(ended.stderr).unwrap())
    };
    let (done, told) = open(&[("XIANFENG_BACKUP_FOLDER", "backup")]);
    assert!(done && !told.contains("among the data"), "{told}");
    let (done, told) = open(&[("XIANFENG_VOTE_KEYS", "data/keys")]);
    assert!(done && told.contains("XIANFENG_VOTE_KEYS: data/keys lies among the data in data"), "{told}");
    let (done, told) = open(&[("XIANFENG_VOTE_KEYS", "keys")]);
    assert!(done && !told.contains("among the data"), "{told}");
    // whatever link leads there
    std::os::unix::fs::symlink("keys", folder.path().join("link")).unwrap();
    let (done, told) = open(&[("XIANFENG_VOTE_KEYS", "keys"), ("XIANFENG_BACKUP_FOLDER", "link/backup")]);
    assert!(!done && told.contains("选票密钥的目录里") && told.contains("link/backup"), "{told}");
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::rename(folder.path().join("secrets/secrets.json"), elsewhere.join("secrets.json")).unwrap();
    let secrets = ("XIANFENG_SECRETS_FILE", "elsewhere/secrets.json");
    let (done, told) = open(&[secrets, ("XIANFENG_BACKUP_FOLDER", elsewhere.to_str().unwrap())]);
    assert!(!done && told.contains("备份须与密钥分开存放"), "{told}");
    assert!(
        open(&[secrets, ("XIANFENG_BACKUP_FOLDER", "elsewhere/backup")]).0,
        "a folder beside the file is another one"
    );
}

fn refused(conn: &mut PgConnection, statement: &str) {
    let error = conn.batch_execute(statement).expect_err(statement).to_string();
    assert!(error.contains("permission denied") || error.contains("must be owner"), "{statement}: {error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn the_role_that_serves_may_change_neither_tables_nor_what_is_append_only() {
    needs_postgres();
    let (roles, folder) = (TwoRoles::fresh(), TempDir::new().unwrap());
    let secrets = Secrets::random().to_json();
    let serving = [("DATABASE_URL", roles.serving_url.as_str()), ("XIANFENG_SECRETS", secrets.as_str())];
    let owner = [("DATABASE_URL", roles.owner_url.as_str()), ("XIANFENG_SERVING_ROLE", roles.serving.as_str())];

    let said = complaint(&run(&["serve"], &serving, folder.path()));
    assert!(said.contains("xianfeng migrate"), "{said}");
    let unknown = [("DATABASE_URL", roles.owner_url.as_str()), ("XIANFENG_SERVING_ROLE", "nobody_at_all")];
    assert!(complaint(&run(&["migrate"], &unknown, folder.path())).contains("nobody_at_all"));
    for _ in 0..2 {
        let migrated = run(&["migrate"], &owner, folder.path());
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    }

    // it serves: the first administrator is made under it, signs in and sees himself
    let made = run(&["admin", "create", "--employee-no", "A1", "--name", "张三"], &serving, folder.path());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made = String::from_utf8(made.stdout).unwrap();
    let password = made.split("密码 ").nth(1).unwrap().split('（').next().unwrap();
    let environment = serving.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let server = Server::in_environment(&environment, folder.path()).await;
    let body = json!({ "account": "A1", "password": password });
    let session = send(server.client.post(server.url("/session")).json(&body)).await.ok(201);
    let me = server.get("/me", session["access_token"].as_str().unwrap()).await.unwrap().ok(200);
    assert_eq!(me["name"], "张三");

    let mut conn = PgConnection::establish(&roles.serving_url).unwrap();
    for table in ["ledger_entries", "trail", "campaign_slips", "campaign_decisions", "campaign_awards"] {
        conn.batch_execute(&format!("SELECT count(*) FROM {table}")).unwrap();
        refused(&mut conn, &format!("DELETE FROM {table}"));
        refused(&mut conn, &format!("TRUNCATE {table}"));
        refused(&mut conn, &format!("ALTER TABLE {table} DISABLE TRIGGER ALL"));
        refused(&mut conn, &format!("CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION refuse_change()"));
    }
    for statement in [
        "UPDATE ledger_entries SET points = 0",
        "UPDATE trail SET detail = ''",
        "UPDATE campaign_slips SET choices = ''",
        "CREATE TABLE mine (id INTEGER)",
        "CREATE TEMPORARY TABLE mine (id INTEGER)",
        "DROP TABLE members",
        "ALTER TABLE members ADD COLUMN mine TEXT",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "DELETE FROM __diesel_schema_migrations",
    ] {
        refused(&mut conn, statement);
    }

    // a database that is behind is told of, and so is one that is ahead
    let last = "(SELECT max(version) FROM __diesel_schema_migrations)";
    let mut admin = roles.connect();
    admin.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')").unwrap();
    let said = complaint(&run(&["rebuild-boards", "--dry-run"], &serving, folder.path()));
    assert!(said.contains("较新的程序") && said.contains("99990101000000"), "{said}");
    for _ in 0..2 {
        admin.batch_execute(&format!("DELETE FROM __diesel_schema_migrations WHERE version = {last}")).unwrap();
    }
    let said = complaint(&run(&["serve"], &serving, folder.path()));
    assert!(said.contains("xianfeng migrate"), "{said}");
}

#[test]
fn each_new_append_only_table_is_kept_from_the_role_that_serves() {
    // what the grants go by: the trigger's function has one name in every migration
    let grants = std::fs::read_to_string("src/db/serving_role.sql").unwrap();
    assert!(grants.contains("proname = 'refuse_change'"));
    let mut kept = Vec::new();
    for folder in std::fs::read_dir("migrations/postgres").unwrap() {
        let up = std::fs::read_to_string(folder.unwrap().path().join("up.sql")).unwrap();
        for trigger in up.split("CREATE TRIGGER ").skip(1).filter(|trigger| trigger.contains("BEFORE UPDATE OR DELETE"))
        {
            assert!(trigger.split(';').next().unwrap().contains("EXECUTE FUNCTION refuse_change()"), "{trigger}");
            kept.push(trigger.split_whitespace().next().unwrap().to_owned());
        }
    }
    for table in ["ledger_entries", "trail", "campaign_slips"] {
        assert!(kept.contains(&format!("{table}_append_only")), "{kept:?}");
    }
}

/// The words in backticks that the lines of a page's tables begin with.
fn first_cells(page: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn both_pages_for_the_operator_name_every_command_and_every_variable() {
    let english = first_cells("README.md");
    let chinese = first_cells("README.zh-CN.md");
    let on_one = english.symmetric_difference(&chinese).collect::<Vec<_>>();
    assert!(on_one.is_empty(), "on one of the two pages alone: {on_one:?}");
    let help = |arguments: &[&str]| {
        let said = Command::new(env!("CARGO_BIN_EXE_xianfeng")).args(arguments).output().unwrap();
        String::from_utf8(said.stdout).unwrap()
    };
    let serve = help(&["serve", "--help"]);
    let variables = serve.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap());
    let all = help(&["--help"]);
    let commands = all.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap().lines();
    let commands = commands.map(|line| line.split_whitespace().next().unwrap()).filter(|&name| name != "help");
    for name in variables.chain(commands) {
        let is_named = english.iter().any(|cell| cell.split_whitespace().next() == Some(name));
        assert!(is_named, "README.md does not name {name}");
    }
}
