//! The platforms on which members already are: WeCom 企业微信 and WeChat 微信. Nothing of them is used until it is named here.

use std::num::NonZeroU32;
use std::path::PathBuf;

use super::RedactedText;

/// Applications of the enterprise on the platforms, and where these are reached.
#[derive(Clone, Debug, clap::Args)]
pub struct PlatformsConfig {
    /// CorpID of the enterprise in WeCom; nothing of WeCom is used without it
    #[arg(long, env = "XIANFENG_WECOM_CORP_ID")]
    pub wecom_corp_id: Option<String>,

    /// AgentId of the enterprise's own application in WeCom
    #[arg(long, env = "XIANFENG_WECOM_AGENT_ID")]
    pub wecom_agent_id: Option<u32>,

    /// Secret of that application
    #[arg(long, env = "XIANFENG_WECOM_SECRET", hide_env_values = true)]
    pub wecom_secret: Option<RedactedText>,

    /// Whether the account ids in WeCom (userid) are employee numbers: then members are known at their first sign-in
    #[arg(long, env = "XIANFENG_WECOM_USERID_IS_EMPLOYEE_NO", default_value = "false", action = clap::ArgAction::Set)]
    pub wecom_userid_is_employee_no: bool,

    /// Where WeCom's interfaces are
    #[arg(long, env = "XIANFENG_WECOM_API", default_value = "https://qyapi.weixin.qq.com")]
    pub wecom_api: String,

    /// Where WeCom's page for scanning a code on a PC is
    #[arg(long, env = "XIANFENG_WECOM_QR_PAGES", default_value = "https://login.work.weixin.qq.com")]
    pub wecom_qr_pages: String,

    /// AppID of the enterprise's official account (公众号)
    #[arg(long, env = "XIANFENG_WECHAT_APP_ID")]
    pub wechat_app_id: Option<String>,

    /// Secret of the official account
    #[arg(long, env = "XIANFENG_WECHAT_SECRET", hide_env_values = true)]
    pub wechat_secret: Option<RedactedText>,

    /// Token of the official account or mini-program for events that WeChat sends
    #[arg(long, env = "XIANFENG_WECHAT_EVENT_TOKEN", hide_env_values = true)]
    pub wechat_event_token: Option<RedactedText>,

    /// AppID of the mini-program
    #[arg(long, env = "XIANFENG_MINI_APP_ID")]
    pub mini_app_id: Option<String>,

    /// Secret of the mini-program
    #[arg(long, env = "XIANFENG_MINI_SECRET", hide_env_values = true)]
    pub mini_secret: Option<RedactedText>,

    /// Whether members may be known by the phone number that WeChat gives for money
    #[arg(long, env = "XIANFENG_MINI_PHONE", default_value = "false", action = clap::ArgAction::Set)]
    pub mini_phone: bool,

    /// Where WeChat's interfaces are
    #[arg(long, env = "XIANFENG_WECHAT_API", default_value = "https://api.weixin.qq.com")]
    pub wechat_api: String,

    /// Where the pages of WeChat and WeCom are on which a member says yes
    #[arg(long, env = "XIANFENG_WECHAT_PAGES", default_value = "https://open.weixin.qq.com")]
    pub wechat_pages: String,

    /// A forward proxy by which the platforms are reached, such as http://10.0.0.5:3128
    #[arg(long, env = "XIANFENG_PLATFORM_PROXY")]
    pub platform_proxy: Option<String>,

    /// Calls a second to one platform from this process, besides those of who signs in; WeCom takes 10,000 a minute of an
    /// enterprise
    #[arg(long, env = "XIANFENG_PLATFORM_RATE", default_value = "80")]
    pub platform_rate: NonZeroU32,

    /// A folder of verification files (WW_verify_….txt, MP_verify_….txt), which are served at /
    #[arg(long, env = "XIANFENG_VERIFICATION_FILES")]
    pub verification_files: Option<PathBuf>,
}

/// One application of the enterprise on a platform.
#[derive(Clone, Debug)]
pub struct Application {
    /// CorpID or AppID.
    pub id: String,
    pub secret: RedactedText,
}

impl PlatformsConfig {
    /// The application in WeCom, with its AgentId, if all of it is named.
    pub fn wecom(&self) -> Option<(Application, u32)> {
        Some((application(&self.wecom_corp_id, &self.wecom_secret)?, self.wecom_agent_id?))
    }

    /// The official account.
    pub fn wechat(&self) -> Option<Application> {
        application(&self.wechat_app_id, &self.wechat_secret)
    }

    /// The mini-program.
    pub fn mini(&self) -> Option<Application> {
        application(&self.mini_app_id, &self.mini_secret)
    }

    /// The folder of verification files; an empty setting is none.
    pub fn verification_files(&self) -> Option<PathBuf> {
        self.verification_files.clone().filter(|folder| !folder.as_os_str().is_empty())
    }
}

fn application(id: &Option<String>, secret: &Option<RedactedText>) -> Option<Application> {
    let id = id.as_deref().map(str::trim).filter(|id| !id.is_empty())?;
    Some(Application { id: id.to_owned(), secret: secret.clone().filter(|secret| !secret.reveal().is_empty())? })
}
