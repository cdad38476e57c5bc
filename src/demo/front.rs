//! The front of the demo: one page that says what this is, with one tap to sign in as each person of the guide, and the way
//! to the phones of the stand-in platform.
//!
//! Only `demo` puts these routes before the pages of the app; where `serve` runs on the same data they do not exist.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{self, Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::people::{self, SignIn};
use crate::app::App;
use crate::base::text::escape_html;
use crate::people::sessions::{Sessions, open_for_browser};
use crate::web::Problem;
use crate::web::headers::page;

/// The routes of the front, for [`App::with_front`]; `phones` is where the stand-in platform shows them, if it runs.
pub fn front(
    app: &App,
    phones: Option<String>,
) -> Result<impl Fn(&mut web::ServiceConfig) + Send + Sync + 'static, String> {
    let people = Data::new(People { each: people::cast(app)?.each().to_vec(), phones });
    let sessions = Data::new(app.get::<Sessions>());
    Ok(move |cfg: &mut web::ServiceConfig| {
        cfg.app_data(people.clone())
            .app_data(sessions.clone())
            .route("/", web::get().to(welcome))
            .route("/demo/session", web::post().to(sign_in));
    })
}

/// Whom a tap signs in, and where their phones are.
struct People {
    each: Vec<SignIn>,
    phones: Option<String>,
}

async fn welcome(people: Data<People>) -> HttpResponse {
    let tap = |person: &SignIn| {
        let title = person.title.split_once(' ').map_or(person.title, |(chinese, _)| chinese);
        format!(
            "<li><form method=\"post\" action=\"demo/session\"><button name=\"as\" value=\"{}\"><b>{}</b><span>{}</span>\
             <small>{}　工号 {}</small></button></form></li>",
            person.key,
            escape_html(title),
            escape_html(person.tries),
            escape_html(&person.name),
            escape_html(&person.employee_no),
        )
    };
    let taps: String = people.each.iter().map(tap).collect();
    let link = |url: &String| format!("<a href=\"{}\">手机上的消息（企业微信替身）</a>", escape_html(url));
    let phones = people.phones.as_ref().map(link).unwrap_or_default();
    page(StatusCode::OK, PAGE.replace("{taps}", &taps).replace("{phones}", &phones))
}

const PAGE: &str = "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>先锋 演示</title><style>\
*{box-sizing:border-box}body{font:1rem/1.6 -apple-system,'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif;\
max-width:48rem;margin:0 auto;padding:2rem 1rem;color:#191b1f;background:#f4f5f7;overflow-wrap:anywhere}\
h1{display:flex;align-items:center;gap:.75rem;font-size:1.5rem;margin:0 0 1rem}h1 svg{width:2.5rem;color:#c8161d}\
h2{font-size:1.125rem;margin:2rem 0 .75rem}p{margin:0}a{color:#c8161d;text-decoration:none}\
ul{list-style:none;margin:0;padding:0;display:grid;gap:.75rem;\
grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr))}\
form{height:100%}button{font:inherit;width:100%;height:100%;min-height:4.5rem;text-align:left;padding:.75rem 1rem;\
border:1px solid #e5e7eb;border-radius:.75rem;background:#fff;color:inherit;cursor:pointer}\
button:hover,button:focus-visible{border-color:#c8161d;outline:none;box-shadow:0 0 0 1px #c8161d}\
b,span,small{display:block}b{font-weight:600}span{color:#4f545c;font-size:.875rem}\
small{margin-top:.25rem;color:#686e77;font-size:.8125rem;font-variant-numeric:tabular-nums}\
nav{display:flex;flex-wrap:wrap;gap:0 1.5rem;margin-top:1.5rem}nav a{display:inline-flex;align-items:center;min-height:2.75rem}\
</style></head><body><main>\
<h1><svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><rect width=\"32\" height=\"32\" rx=\"7\" fill=\"currentColor\"/>\
<path d=\"M16 6.5 25 25.5H20.4L16 15.6 11.6 25.5H7Z\" fill=\"#fff\"/></svg>先锋</h1>\
<p>企业党建一年工作的移动平台：每日学习与答题、金点子、评选投票、竞赛、三会一课。这里是演示：组织名称来自公开资料，\
人员都是虚构的编号，数据只在这台机器上。</p>\
<h2>点一下，以其中一人的身份登录</h2><ul>{taps}</ul>\
<nav aria-label=\"其他\"><a href=\"m/\">手机应用</a>{phones}<a href=\"docs/\">接口文档 API</a></nav></main></body></html>";

/// Which of them.
#[derive(Deserialize)]
struct Tap {
    r#as: String,
}

/// Signs the browser in and leads it to the app.
async fn sign_in(
    req: HttpRequest,
    people: Data<People>,
    sessions: Data<Sessions>,
    tap: Form<Tap>,
) -> Result<HttpResponse, Problem> {
    let person = people.each.iter().find(|person| person.key == tap.r#as);
    let person = person.ok_or_else(|| Problem::not_found("route.not_found", "没有这个角色"))?;
    let cookie = open_for_browser(&req, &sessions, person.id, "演示浏览器").await?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, "../m/")).insert_header((SET_COOKIE, cookie)).finish())
}

/// Where the demo is reached by others of the same network.
pub struct Lan {
    pub address: SocketAddr,
}

impl Lan {
    /// The address of this machine in its network, with the port of `listen`; itself where it is in none.
    pub fn of(listen: SocketAddr) -> Lan {
        // nothing is sent: the system only says from where it would be
        let own = UdpSocket::bind(("0.0.0.0", 0)).and_then(|socket| {
            socket.connect(("192.0.2.1", 9))?;
            socket.local_addr()
        });
        let own = own.map_or(listen.ip(), |own| own.ip());
        Lan {
            address: SocketAddr::new(
                if own.is_unspecified() { IpAddr::from([127, 0, 0, 1]) } else { own },
                listen.port(),
            ),
        }
    }

    /// What to print: the address, its code to scan, and who may come.
    pub fn guide(&self) -> String {
        let url = format!("http://{}/", self.address);
        let code = qrcode::QrCode::new(&url).map(|code| code.render::<qrcode::render::unicode::Dense1x2>().build());
        format!(
            "\n局域网 on this network: {url}\n{}\n注意：同一网络中的任何人都可以登录为任何角色。\n\
             Anyone on this network can be anyone here.\n",
            code.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_of_a_network_shows_an_address_and_its_code_and_who_may_come() {
        let guide = Lan { address: "10.1.2.3:8080".parse().unwrap() }.guide();
        assert!(guide.contains("http://10.1.2.3:8080/") && guide.contains('█') && guide.contains("任何人"), "{guide}");
        assert_eq!(Lan::of("0.0.0.0:8080".parse().unwrap()).address.port(), 8080);
    }
}
