//! What the platforms need before a message arrives, step by step, with what to do in Chinese.

use super::actions::Channels;
use super::model::ChannelName;
use super::templates::Template;
use crate::db::DbError;
use crate::ground::notices::NoticeKind;
use crate::kernel::alarms::{Alarm, AlarmKind};
use crate::people::members::model::MemberStatus;
use crate::people::platforms::{Fault, Platform};

crate::words!(
    /// How a step of setting up stands.
    StepState {
        Done = "done" / "正常",
        /// It works, and could be better.
        Advice = "advice" / "建议",
        /// It does not work.
        Fault = "fault" / "需处理",
        /// It is not used.
        Off = "off" / "未启用",
    }
);

impl StepState {
    pub fn is_fault(self) -> bool {
        self == StepState::Fault
    }

    /// A mark before a line of text.
    pub const fn mark(self) -> &'static str {
        match self {
            StepState::Done => "√",
            StepState::Advice => "!",
            StepState::Fault => "×",
            StepState::Off => "-",
        }
    }
}

/// One step of setting up.
#[derive(Clone, Debug)]
pub struct Step {
    pub title: &'static str,
    pub state: StepState,
    /// What was found, in Chinese.
    pub found: String,
    /// What to do about it.
    pub advice: Option<String>,
}

fn step(title: &'static str, state: StepState, found: impl Into<String>, advice: Option<String>) -> Step {
    Step { title, state, found: found.into(), advice }
}

impl Channels {
    /// Walks through everything; asks the platforms where they are used.
    pub async fn check(&self) -> Result<Vec<Step>, DbError> {
        let mut steps = vec![self.check_address()];
        steps.extend(self.check_wecom().await);
        steps.extend(self.check_wechat().await);
        steps.extend(self.check_templates());
        steps.push(self.check_verification_files());
        let bound = self.platforms.count_bound().await?;
        let count = |platform: Platform| bound.iter().find(|(of, _)| *of == platform).map_or(0, |(_, count)| *count);
        let mut members = 0_u32;
        self.directory.each_member(|card, _| members += u32::from(card.status != MemberStatus::Left));
        let found = format!(
            "企业微信 {} 人，公众号 {} 人，小程序 {} 人；在册 {members} 人",
            count(Platform::Wecom),
            count(Platform::Wechat),
            count(Platform::Mini)
        );
        steps.push(step("已绑定人数", StepState::Done, found, None));
        Ok(steps)
    }

    fn check_address(&self) -> Step {
        const TITLE: &str = "访问地址";
        match self.public_url.as_deref() {
            None => step(
                TITLE,
                StepState::Fault,
                "未设置",
                Some("请设置 XIANFENG_PUBLIC_URL，即党员打开应用的地址，例如 https://party.example.com；消息中的链接由它组成".into()),
            ),
            Some(url) if !url.starts_with("https://") => step(
                TITLE,
                StepState::Advice,
                url,
                Some("正式使用须为 HTTPS，且域名已完成 ICP 备案，备案主体与企业微信主体一致".into()),
            ),
            Some(url) => step(TITLE, StepState::Done, url, None),
        }
    }

    async fn check_wecom(&self) -> Vec<Step> {
        const APPLICATION: &str = "企业微信：应用凭证";
        let Some(wecom) = &self.platforms.wecom else {
            let advice = "如需使用，请在企业微信管理后台“应用管理”中自建应用，并设置 XIANFENG_WECOM_CORP_ID（“我的企业”页底）、\
                XIANFENG_WECOM_AGENT_ID 和 XIANFENG_WECOM_SECRET";
            return vec![step(APPLICATION, StepState::Off, "未设置", Some(advice.into()))];
        };
        if let Err(fault) = wecom.client.try_token().await {
            return vec![step(APPLICATION, StepState::Fault, fault.to_string(), Some(advice_on(&fault)))];
        }
        let mut steps = vec![step(APPLICATION, StepState::Done, "可以取得令牌", None)];
        match wecom.look().await {
            Ok(agent) => {
                let name = agent["name"].as_str().unwrap_or_default().to_owned();
                steps.push(step("企业微信：可信 IP", StepState::Done, format!("可以调用应用“{name}”"), None));
                steps.push(self.check_trusted_domain(agent["redirect_domain"].as_str().unwrap_or_default()));
            }
            Err(fault) => {
                steps.push(step("企业微信：可信 IP", StepState::Fault, fault.to_string(), Some(advice_on(&fault))));
            }
        }
        if !self.in_use().contains(&ChannelName::Wecom) {
            let advice = "设置 XIANFENG_PUBLIC_URL 后重新启动".to_owned();
            steps.push(step("企业微信：发送消息", StepState::Fault, "没有访问地址，不发送", Some(advice)));
        }
        steps
    }

    fn check_trusted_domain(&self, trusted: &str) -> Step {
        const TITLE: &str = "企业微信：可信域名";
        let host = self.public_url.as_deref().and_then(|url| url.split("://").nth(1)).unwrap_or_default();
        let host = host.split('/').next().unwrap_or_default();
        let trusted_host = trusted.split("://").last().unwrap_or_default().trim_end_matches('/');
        if trusted_host.is_empty() {
            let advice = format!(
                "请在该应用的“网页授权及 JS-SDK”中填写 {host}，并把下载的 WW_verify_….txt 放入 XIANFENG_VERIFICATION_FILES 指定的目录"
            );
            return step(TITLE, StepState::Advice, "企业微信未返回可信域名", Some(advice));
        }
        if trusted_host == host {
            return step(TITLE, StepState::Done, trusted_host, None);
        }
        let advice = format!("访问地址的主机和端口是 {host}，二者须完全一致，否则成员打开链接时提示 50001");
        step(TITLE, StepState::Fault, trusted_host, Some(advice))
    }

    async fn check_wechat(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let known = [
            ("微信公众号：应用凭证", &self.platforms.wechat, "XIANFENG_WECHAT_APP_ID 和 XIANFENG_WECHAT_SECRET"),
            ("微信小程序：应用凭证", &self.platforms.mini, "XIANFENG_MINI_APP_ID 和 XIANFENG_MINI_SECRET"),
        ];
        for (title, app, names) in known {
            steps.push(match app {
                None => step(title, StepState::Off, "未设置", Some(format!("如需使用，请设置 {names}"))),
                Some(app) => match app.client.try_token().await {
                    Ok(()) => step(title, StepState::Done, "可以取得令牌", None),
                    Err(fault) => step(title, StepState::Fault, fault.to_string(), Some(advice_on(&fault))),
                },
            });
        }
        steps
    }

    /// What is set of templates and cannot be read: looked at when the server starts, and every minute.
    pub(super) fn look_out(&self) -> Vec<Alarm> {
        let of_templates = self.check_templates().into_iter().filter(|step| step.state.is_fault());
        let alarm = |step: Step| Alarm {
            kind: AlarmKind::TemplatesUnreadable,
            message: format!("{}：{}", step.title, step.found),
            advice: "请修改设置 channels.wechat_templates 或 channels.mini_templates，用 xianfeng channels check 核对",
            since: None,
        };
        of_templates.map(alarm).collect()
    }

    /// Whether what is set of templates can be read.
    fn check_templates(&self) -> Vec<Step> {
        let kinds: Vec<&str> = NoticeKind::each().map(NoticeKind::as_str).collect();
        let used = [
            ("微信公众号：消息模板", ChannelName::Wechat, self.platforms.wechat.is_some()),
            ("微信小程序：消息模板", ChannelName::Mini, self.platforms.mini.is_some()),
        ];
        let steps = used.into_iter().filter(|(.., used)| *used).map(|(title, channel, _)| {
            let said = self.policy.templates(channel).unwrap_or_default();
            let key = format!("channels.{channel}_templates");
            match Template::complaint(&said, &kinds) {
                Some(complaint) => step(title, StepState::Fault, complaint, Some(format!("请修改设置 {key}"))),
                None if said.trim().is_empty() => {
                    let advice =
                        format!("如需发送，请在设置 {key} 中填写，例如 study=模板编号(thing1:title,time2:time)");
                    step(title, StepState::Off, "未设置，不发送", Some(advice))
                }
                None => step(title, StepState::Done, said.to_string(), None),
            }
        });
        steps.collect()
    }

    fn check_verification_files(&self) -> Step {
        const TITLE: &str = "域名验证文件";
        let Some(folder) = &self.verification_files else {
            let advice = "域名验证文件放入一个目录，并设置 XIANFENG_VERIFICATION_FILES，服务器在网站根路径提供这些文件";
            return step(TITLE, StepState::Off, "未设置目录", Some(advice.into()));
        };
        let names: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".txt"))
            .collect();
        match names.is_empty() {
            true => step(TITLE, StepState::Advice, format!("{} 中没有 .txt 文件", folder.display()), None),
            false => step(TITLE, StepState::Done, names.join("、"), None),
        }
    }
}

/// What to do about a fault.
fn advice_on(fault: &Fault) -> String {
    match fault {
        Fault::Busy { .. } => "请检查服务器能否访问外网（DNS、防火墙、XIANFENG_PLATFORM_PROXY），稍后再试".into(),
        Fault::Config { code: 60020, .. } => {
            let advice = "请在企业微信管理后台该应用的“企业可信IP”中加入服务器的出口地址，约一分钟后生效";
            match fault.address() {
                Some(address) => format!("{advice}：{address}"),
                None => advice.into(),
            }
        }
        Fault::Config { code: 40164, .. } => "请在微信后台“IP 白名单”中加入服务器的出口地址".into(),
        Fault::Config { code: 40013 | 41002, .. } => "CorpID 或 AppID 不正确，请核对".into(),
        Fault::Config { code: 40125 | 41004, .. } | Fault::Token { .. } => "Secret 不正确或已重置，请核对".into(),
        Fault::Config { code: 301_002 | 40056 | 40066, .. } => {
            "AgentId 不正确，或 Secret 属于另一个应用，请核对".into()
        }
        Fault::Config { code: 48002, .. } => "应用没有该接口的权限，请使用自建应用的 Secret".into(),
        other => format!("平台返回：{other}"),
    }
}
