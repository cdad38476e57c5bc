//! What the enterprise says of itself to anyone who opens the app.

use crate::base::capability::Capability;
use crate::kernel::settings::{Range, Setting};

/// The room's settings.
#[derive(Clone, Debug)]
pub struct Appearance {
    name: Setting,
    help_phone: Setting,
    colour: Setting,
}

/// The app's own red.
const COLOUR: &str = "#C8161D";

impl Appearance {
    pub fn new() -> Appearance {
        let text = |key, title, range, default| Setting::text(key, title, Capability::ManageMembers, range, default);
        Appearance {
            name: text(
                "client.name",
                (
                    "应用中显示的企业名称（留空则为最上级组织的名称）",
                    "The enterprise as the app calls it; the top unit's name when empty",
                ),
                Range::Words { most: 30 },
                "",
            ),
            help_phone: text(
                "client.help_phone",
                ("登录遇到困难时的求助电话", "Whom to ring who cannot sign in"),
                Range::Phone,
                "",
            ),
            colour: text("client.colour", ("应用的主色", "The colour of the app"), Range::Colour, COLOUR),
        }
    }

    /// The enterprise as members call it, if it says so itself.
    pub fn name(&self) -> Option<String> {
        Some(self.name.words().to_string()).filter(|name| !name.is_empty())
    }

    pub fn help_phone(&self) -> Option<String> {
        Some(self.help_phone.words().to_string()).filter(|phone| !phone.is_empty())
    }

    pub fn colour(&self) -> String {
        self.colour.words().to_string()
    }

    pub fn each(&self) -> [Setting; 3] {
        [self.name.clone(), self.help_phone.clone(), self.colour.clone()]
    }
}
