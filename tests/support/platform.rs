//! The stand-in platform, with apps that use it.

use std::time::Duration;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use xianfeng::demo::platform::{FakePlatform, Person, Setup};

use super::TestApp;

/// Where members reach the app, as the app is told; tests go to its own address instead.
pub const PUBLIC: &str = "https://app.test";

/// People of the platform, called as the members of a test are numbered: E00001, E00002 …
pub fn setup(people: u32) -> Setup {
    let person = |n: u32| Person {
        userid: format!("E{n:05}"),
        name: format!("人员{n}"),
        title: "党员".into(),
        phone: Some(format!("138000{n:05}")),
    };
    Setup::of((1..=people).map(person).collect())
}

/// A running platform with so many people.
pub fn platform(people: u32) -> FakePlatform {
    FakePlatform::start(setup(people)).unwrap()
}

/// What an app is told so that it uses a platform.
pub fn arguments(platform: &FakePlatform) -> Vec<String> {
    let mut all = setup(0).arguments(&platform.url);
    all.push(format!("--public-url={PUBLIC}"));
    all.push("--wecom-userid-is-employee-no=true".into());
    all
}

/// An app over the sample organisation that uses the platform.
pub async fn app_with(platform: &FakePlatform) -> TestApp {
    app_told(&arguments(platform)).await
}

/// The same, where accounts on the platform are called otherwise than members.
pub async fn app_without_numbers(platform: &FakePlatform) -> TestApp {
    let mut all = arguments(platform);
    all.retain(|argument| !argument.contains("userid-is-employee-no"));
    app_told(&all).await
}

pub async fn app_told(arguments: &[String]) -> TestApp {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    TestApp::start_with(&arguments).await
}

/// A browser that keeps cookies and follows nothing by itself.
pub struct Browser {
    client: reqwest::Client,
    pub cookies: Vec<(String, String)>,
    /// What was asked and answered, for a transcript.
    pub seen: Vec<String>,
}

impl Browser {
    /// The one in WeCom on a phone.
    pub fn new() -> Browser {
        Browser::called("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) wxwork/4.1")
    }

    /// One on a PC.
    pub fn on_pc() -> Browser {
        Browser::called("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36")
    }

    fn called(name: &str) -> Browser {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .user_agent(name)
            .build()
            .unwrap();
        Browser { client, cookies: Vec::new(), seen: Vec::new() }
    }

    /// The header that sends what it keeps.
    pub fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Opens an address of the app, which calls itself [`PUBLIC`], or of the platform; gives status and where it leads.
    pub async fn open(&mut self, app: &TestApp, address: &str) -> (u16, Option<String>) {
        let real = address.replace(PUBLIC, &app.base);
        let reply = self.client.get(&real).header(COOKIE, self.cookie_header()).send().await.unwrap();
        let status = reply.status().as_u16();
        for line in reply.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        let to = reply.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
        self.seen.push(format!("GET {address}\n  {status} {}", to.as_deref().unwrap_or_default()));
        (status, to)
    }
}
