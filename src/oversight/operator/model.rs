//! What the operator can ask for, and how he is answered.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::judging::campaigns::CampaignId;
use crate::kernel::outbox::MessageId;

/// A command, as it goes over the socket.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Makes an administrator of the whole enterprise, or gives one a new password.
    CreateAdministrator { employee_no: String, name: String, unit_code: String, unit_name: String },
    /// Imports the spreadsheet that follows.
    Import { what: ImportKind, dry_run: bool },
    /// Compares the boards with the ledger.
    RebuildBoards { dry_run: bool },
    /// Says that the clock is right.
    ConfirmClock,
    /// Counts the shuffled ballots of a selection again.
    Recount { campaign: CampaignId },
    /// Writes a backup into `file`, a path from the root.
    Backup { file: PathBuf },
    /// Checks that the trail is as it was written.
    VerifyTrail,
    /// Checks the export of a trail that follows.
    VerifyTrailExport,
    /// Takes the second factor of somebody away who has lost it.
    ResetSecondFactor { employee_no: String },
    /// Looks at configuration, means and everything that somebody should look after.
    Doctor,
    /// Says what of WeCom and WeChat is set up, and what is missing.
    CheckChannels,
    /// Looks after the messages that wait for a person.
    Messages { verb: MessageCommand, id: Option<MessageId> },
}

crate::words!(
    /// What a spreadsheet holds.
    ImportKind {
        Units = "units" / "组织",
        Members = "members" / "人员",
        Questions = "questions" / "试题",
    }
);

crate::words!(
    /// What is to become of parked messages.
    MessageCommand {
        List = "list" / "列出",
        /// They are delivered.
        Release = "release" / "重新发送",
        /// They are thrown away.
        Discard = "discard" / "放弃",
    }
);

impl Command {
    /// What the trail calls it, and what it says of it: no secret, and nobody's name.
    pub fn act(&self) -> (&'static str, Value) {
        match self {
            Command::CreateAdministrator { employee_no, .. } => {
                ("operator.create_administrator", json!({ "employee_no": employee_no }))
            }
            Command::Import { what, dry_run } => ("operator.import", json!({ "what": what, "dry_run": dry_run })),
            Command::RebuildBoards { dry_run } => ("operator.rebuild_boards", json!({ "dry_run": dry_run })),
            Command::ConfirmClock => ("operator.confirm_clock", json!({})),
            Command::Recount { campaign } => ("operator.recount", json!({ "campaign": campaign })),
            Command::Backup { file } => ("operator.backup", json!({ "file": file })),
            Command::VerifyTrail => ("operator.verify_trail", json!({})),
            Command::VerifyTrailExport => ("operator.verify_trail_export", json!({})),
            Command::ResetSecondFactor { employee_no } => {
                ("operator.reset_second_factor", json!({ "employee_no": employee_no }))
            }
            Command::Doctor => ("operator.doctor", json!({})),
            Command::CheckChannels => ("operator.check_channels", json!({})),
            Command::Messages { verb, id } => ("operator.messages", json!({ "verb": verb, "id": id })),
        }
    }
}

crate::words!(
    /// How a command came to the process that runs it.
    Via {
        /// Typed by the operator into this process.
        CommandLine = "command_line" / "命令行",
        /// From another process of the same machine and owner.
        Socket = "socket" / "本机管理通道",
    }
);

/// What a command says while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// For anyone who watches; may be left out.
    Progress(String),
    /// Part of the result.
    Line(String),
}

/// To whom a command speaks; clones speak to the same.
#[derive(Clone)]
pub struct Voice(Sender<Said>);

/// Sentences that may wait to be read.
const WAITING: usize = 64;

impl Voice {
    /// A voice, and where it is heard.
    pub fn new() -> (Voice, Receiver<Said>) {
        let (voice, ear) = channel(WAITING);
        (Voice(voice), ear)
    }

    /// Says how far things are, unless nobody keeps up with that.
    pub fn progress(&self, sentence: String) {
        let _ = self.0.try_send(Said::Progress(sentence));
    }

    /// Says a part of the result. When nobody listens any more, the command goes on all the same.
    pub async fn line(&self, line: String) {
        let _ = self.0.send(Said::Line(line)).await;
    }
}
