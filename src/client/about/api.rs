//! The route of what the app must know first.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::settings::Appearance;
use crate::ground::files::{FileKind, MAX_BYTES, MAX_PER_SUBJECT};
use crate::ground::presets::{BoardListing, BoardScope, NamesAbove, Preset, Presets};
use crate::people::members::Directory;
use crate::people::platforms::{Platform, Platforms};
use crate::people::sessions::{PrivacyNotice, Sessions};
use crate::room::House;
use crate::web::etag::Polled;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_config);
}

/// What the answer is made of; clones share it.
#[derive(Clone)]
pub struct AppConfig {
    directory: Directory,
    appearance: Appearance,
    presets: Presets,
    platforms: Platforms,
    sessions: Sessions,
    is_demo: bool,
}

impl AppConfig {
    pub fn new(house: &House, appearance: Appearance) -> AppConfig {
        AppConfig {
            directory: house.get(),
            appearance,
            presets: house.get(),
            platforms: house.get(),
            sessions: house.get(),
            is_demo: house.config.is_demo,
        }
    }
}

/// What the app must know before anybody signs in.
#[derive(Serialize, ToSchema)]
struct ClientConfig {
    enterprise: EnterpriseConfig,
    sign_in: SignInWays,
    /// What the enterprise tells of personal data, to be shown before anybody signs in; `null` where it has no notice.
    privacy: Option<PrivacyNotice>,
    /// What the enterprise has switched on.
    switches: ClientSwitches,
    limits: ClientLimits,
    /// The version of the server.
    version: &'static str,
    /// Whether this is the demonstration: made-up people, and anybody may be anybody.
    demo: bool,
}

/// Whose app it is.
#[derive(Serialize, ToSchema)]
struct EnterpriseConfig {
    /// As members call it.
    name: String,
    /// Whom to ring who cannot sign in; `null` where the enterprise has named nobody.
    help_phone: Option<String>,
    /// The colour of the app, `#RRGGBB`.
    colour: String,
}

/// How members sign in here.
#[derive(Serialize, ToSchema)]
struct SignInWays {
    /// Employee or phone number and password.
    password: bool,
    /// An invite code sets the first password, or a forgotten one.
    invite_code: bool,
    /// Platforms by whose accounts members are recognised; each leads there by `/session/platforms/{platform}/entry`, the
    /// mini-program by its own code.
    platforms: Vec<Platform>,
}

/// What the enterprise has switched on.
#[derive(Serialize, ToSchema)]
struct ClientSwitches {
    /// How much the product asks of people.
    preset: Preset,
    /// Boards of members.
    personal_boards: bool,
    /// Of whom they are shown.
    personal_boards_of: BoardScope,
    /// Who appears on them.
    board_listing: BoardListing,
    /// Boards of branches.
    branch_boards: bool,
    /// What those who look after more than one branch see of who has done what.
    names_above: NamesAbove,
}

/// What the app may send.
#[derive(Serialize, ToSchema)]
struct ClientLimits {
    /// The largest file, in bytes.
    upload_bytes: usize,
    /// Files that one thing may have attached.
    files_per_thing: usize,
    /// Media types of pictures.
    picture_types: Vec<&'static str>,
    /// Media types of other files.
    document_types: Vec<&'static str>,
}

/// 应用配置
///
/// What the app must know before anybody signs in: whose it is, how to sign in, what is switched on, what may be sent. The
/// same for everybody.
#[utoipa::path(tag = "client", security(()), responses((status = 200, description = "The configuration", body = ClientConfig),
    (status = 304, description = "Not changed since the given ETag")))]
#[get("/config")]
async fn get_config(config: web::Data<AppConfig>) -> Polled<ClientConfig> {
    let tree = config.directory.tree();
    let top = tree.root().and_then(|root| tree.get(root));
    let types = |pictures: bool| {
        let kinds = FileKind::EACH.iter().filter(move |kind| kind.is_picture() == pictures);
        kinds.map(|kind| kind.media_type()).collect()
    };
    Polled(ClientConfig {
        enterprise: EnterpriseConfig {
            name: config.appearance.name().or(top.map(|card| card.unit.name.clone())).unwrap_or_default(),
            help_phone: config.appearance.help_phone(),
            colour: config.appearance.colour(),
        },
        sign_in: SignInWays {
            password: true,
            invite_code: true,
            platforms: Platform::EACH.iter().copied().filter(|each| config.platforms.uses(*each)).collect(),
        },
        privacy: config.sessions.privacy_notice(),
        switches: ClientSwitches {
            preset: config.presets.preset(),
            personal_boards: true,
            personal_boards_of: config.presets.personal_boards(),
            board_listing: config.presets.board_listing(),
            branch_boards: config.presets.compares_branches(),
            names_above: config.presets.names_above(),
        },
        limits: ClientLimits {
            upload_bytes: MAX_BYTES,
            files_per_thing: MAX_PER_SUBJECT,
            picture_types: types(true),
            document_types: types(false),
        },
        version: env!("CARGO_PKG_VERSION"),
        demo: config.is_demo,
    })
}
