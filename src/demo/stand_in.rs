//! The stand-in platform of the demo: beside the app, with the people of the guide and some more members on it, so that a
//! newcomer sees messages come and opens the app by them.

use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener};

use super::people;
use super::platform::{FakePlatform, Person, Setup};
use crate::app::App;
use crate::config::Config;
use crate::people::members::Directory;
use crate::people::members::model::MemberStatus;

/// Members beyond those of the guide who have a phone there.
const MORE: usize = 2_000;

/// The stand-in before its people are known: its port is taken, and the app is told of it.
pub struct StandIn {
    listener: TcpListener,
    app: String,
    address: SocketAddr,
}

impl StandIn {
    /// Takes a port beside the app's, and has the app use what will be there; nothing where the app is told of platforms
    /// already.
    pub fn prepare(config: &mut Config, shown: SocketAddr) -> Result<Option<StandIn>, String> {
        if config.platforms.wecom().is_some() {
            return Ok(None);
        }
        let mut listen = config.address();
        listen.set_ip(if shown.ip().is_loopback() { shown.ip() } else { std::net::Ipv4Addr::UNSPECIFIED.into() });
        listen.set_port(shown.port().wrapping_add(1));
        let listener = TcpListener::bind(listen).or_else(|_| TcpListener::bind((listen.ip(), 0)));
        let listener = listener.map_err(|error| format!("cannot listen beside {shown}: {error}"))?;
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        let address = SocketAddr::new(shown.ip(), port);
        let (setup, url) = (Setup::of(Vec::new()), format!("http://{address}"));
        let text = |text: String| text.parse().ok();
        let platforms = &mut config.platforms;
        platforms.wecom_corp_id = Some(setup.corp);
        platforms.wecom_agent_id = Some(setup.agent);
        platforms.wecom_secret = text(setup.wecom_secret);
        platforms.wecom_userid_is_employee_no = true;
        platforms.wecom_api = url.clone();
        platforms.wecom_qr_pages = url.clone();
        platforms.wechat_pages = url;
        // told by the operator, as for an app behind a proxy, or where it is shown
        let app = config.web.public_url.get_or_insert_with(|| format!("http://{shown}")).clone();
        Ok(Some(StandIn { listener, app, address }))
    }

    /// Where its phones are shown.
    pub fn phones(&self) -> String {
        format!("http://{}/phone", self.address)
    }

    /// Opens it with the members of the demo; what to print.
    pub fn open(self, app: &App) -> Result<String, String> {
        let mut people: Vec<Person> = Vec::new();
        for person in people::cast(app)?.each() {
            let title = person.title.split_once(' ').map_or(person.title, |(chinese, _)| chinese).to_owned();
            let (userid, name) = (person.employee_no.clone(), person.name.clone());
            people.push(Person { userid, name, title, phone: None });
        }
        let known: HashSet<String> = people.iter().map(|person| person.userid.clone()).collect();
        app.get::<Directory>().each_member(|card, unit| {
            let is_wanted = people.len() < MORE && card.status == MemberStatus::Active;
            if is_wanted && !known.contains(&*card.employee_no) {
                people.push(Person {
                    userid: card.employee_no.to_string(),
                    name: card.name.to_string(),
                    title: unit.unit.short_name.clone(),
                    phone: None,
                });
            }
        });
        let phones = self.phones();
        let setup = Setup { app: self.app, ..Setup::of(people) };
        FakePlatform::listen(self.listener, setup).map_err(|error| error.to_string())?;
        Ok(format!(
            "手机 phones（企业微信替身）：{phones}\n  选一部手机，等消息到达后点开，即登录进入应用 pick a phone, \
             wait for a message and tap it\n"
        ))
    }
}
